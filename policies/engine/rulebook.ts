// The book of rules: policies/eligibility/*.cedar, one file per scene. Law is dated data; this file only reads
// it, checks that every annotation names a field that exists, and compiles the conditions.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isEnumType } from 'graphql';
import { z } from 'zod';
import { type Catalogue, type RecordType, ownSource } from '../../schema/catalogue.ts';
import { type RegionCode, regionAncestors } from '../../schema/identifiers/region-code.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import type { CedarFile, NamedPolicy } from './cedar-file.ts';
import { type Known, type Partial, type RowFacts, evaluate, holds } from './evaluate.ts';
import { attributeTypeOf } from './row-values.ts';
import { entity } from './values.ts';
import { readYamlFile } from './yaml-file.ts';

export type RuleEffect = 'BAR' | 'RESTRICT' | 'REVIEW';
export type Certainty = 'V' | 'S' | 'M';

/** A calendar period, P2Y or P12M: `months` counts both. */
export interface Term {
  readonly months: number;
}

/** One rule about one kind of record. Field names are those of the record type. */
export interface Rule {
  readonly id: string;
  readonly rule: string;
  readonly effect: RuleEffect;
  readonly title: string;
  readonly basis: string;
  readonly jurisdiction: string;
  readonly validFrom: string;
  readonly validTo?: string;
  readonly certainty: Certainty;
  readonly recordType: RecordType;
  readonly documentField?: string;
  readonly startField: string;
  readonly endField?: string;
  readonly term?: Term;
  readonly extensionField?: string;
  readonly removedField?: string;
  readonly open: boolean;
  readonly objection: 'KEEP' | 'REVIEW';
  readonly absent?: RuleEffect;
  /** Every field the rule looks at: these must be derivable, or the verdict is INDETERMINATE. */
  readonly reads: ReadonlySet<string>;
  /** Whether the rule concerns a record; undefined where its evaluation failed (the caller makes REVIEW of it). */
  concerns(facts: RowFacts): boolean | undefined;
}

export interface RuleNote {
  readonly id: string;
  readonly title: string;
  readonly basis: string;
  readonly certainty: Certainty;
}

/** The rules of a scene. `recordTypes`: the mandatory evidence. */
export interface SceneRules {
  readonly scene: string;
  readonly rules: readonly Rule[];
  readonly notAssessed: readonly RuleNote[];
  readonly recordTypes: readonly RecordType[];
  /** Which kind of subject the scene judges. */
  readonly subject: 'Organization' | 'Person';
}

export interface Rulebook {
  readonly version: string;
  readonly scenes: ReadonlyMap<string, SceneRules>;
}

const fieldAnnotations = ['record', 'start', 'end', 'extension', 'removed'] as const;
const date = z.iso.date();
const annotationsShape = z.strictObject({
  id: z.string(),
  rule: z.string().min(1),
  effect: z.enum(['BAR', 'RESTRICT', 'REVIEW']),
  title: z.string().min(1),
  basis: z.string().min(1),
  // A subject's region is not judged yet: a regional rule would hold for everybody, so it is refused.
  jurisdiction: z.literal('CN'),
  validFrom: date,
  validTo: date.optional(),
  certainty: z.enum(['V', 'S', 'M']),
  record: z.string().optional(),
  start: z.string(),
  end: z.string().optional(),
  term: z
    .string()
    .regex(/^P(\d+Y)?(\d+M)?$/)
    .optional(),
  extension: z.string().optional(),
  removed: z.string().optional(),
  open: z.literal('true').optional(),
  objection: z.enum(['KEEP', 'REVIEW']).default('REVIEW'),
  absent: z.enum(['BAR', 'RESTRICT', 'REVIEW']).optional(),
});

const notesShape = z.record(
  z.string(),
  z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      basis: z.string(),
      certainty: z.enum(['V', 'S', 'M']),
    }),
  ),
);

/** Scenes of the schema: each has a file of rules. */
export function scenesOf(catalogue: Catalogue): string[] {
  const type = catalogue.schema.getType('Scene');
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

/** Makes the book of the files, checked against the catalogue. */
export function loadRulebook(options: {
  readonly directory: string;
  readonly catalogue: Catalogue;
  /** The files of policies/eligibility. */
  readonly files: readonly CedarFile[];
}): { rulebook?: Rulebook; problems: Problem[] } {
  const { catalogue } = options;
  const directory = join(options.directory, 'eligibility');
  const problems: Problem[] = [];
  const hash = createHash('sha256');
  const byScene = new Map<string, Rule[]>(scenesOf(catalogue).map((scene) => [scene, []]));
  for (const read of options.files) {
    const name = basename(read.file);
    hash.update(`${name}\0`).update(read.text);
    const expected = basename(name, '.cedar').replaceAll('-', '_').toUpperCase();
    problems.push(...read.problems);
    for (const policy of read.policies) {
      const rule = readRule(policy, expected, catalogue, problems);
      if (rule !== undefined) byScene.get(expected)?.push(rule);
    }
  }
  const notesFile = join(directory, 'not-assessed.yaml');
  let notes: z.infer<typeof notesShape> = {};
  if (existsSync(notesFile)) {
    const read = readYamlFile(notesFile, notesShape);
    problems.push(...read.problems);
    notes = read.value ?? {};
    hash.update(readFileSync(notesFile));
  }
  for (const [scene, rules] of byScene) {
    if (rules.length > 0 || problems.length > 0) continue;
    const file = join(directory, `${scene.toLowerCase().replaceAll('_', '-')}.cedar`);
    problems.push({ file, message: `the scene ${scene} of the schema has no rules` });
  }
  if (problems.length > 0) return { problems };
  const complete = new Map<string, SceneRules>();
  for (const [scene, rules] of byScene) {
    const recordTypes = [...new Set(rules.map(({ recordType }) => recordType))];
    complete.set(scene, {
      scene,
      rules,
      recordTypes,
      notAssessed: notes[scene] ?? [],
      subject: subjectOf(catalogue, recordTypes),
    });
  }
  return { problems, rulebook: { version: hash.digest('hex').slice(0, 16), scenes: complete } };
}

/** The kind of subject that every record type of the scene can be asked for. */
function subjectOf(catalogue: Catalogue, recordTypes: readonly RecordType[]): 'Organization' | 'Person' {
  const every = (kind: 'Organization' | 'Person'): boolean =>
    recordTypes.every(({ name, source }) =>
      catalogue.sources
        .get(source)!
        .sections.some(
          (section) =>
            section.subject === kind && [...section.fields.values()].some(({ record }) => record === name),
        ),
    );
  return every('Organization') ? 'Organization' : 'Person';
}

function readRule(
  named: NamedPolicy,
  scene: string,
  catalogue: Catalogue,
  problems: Problem[],
): Rule | undefined {
  const place = { file: named.file, line: named.line };
  const fail = (message: string, suggestion?: string): undefined => {
    problems.push({ ...place, message, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  };
  const checked = annotationsShape.safeParse(named.annotations);
  if (!checked.success) {
    for (const issue of checked.error.issues) fail(`@${issue.path.join('.')}: ${issue.message}`);
    return undefined;
  }
  const notes = checked.data;
  const { policy } = named;
  if (policy.effect !== 'forbid') return fail('a rule is a forbid policy');
  if (policy.action.op !== '==' || policy.action.entity.id !== scene) {
    return fail(`a rule of this file has action == Action::"${scene}"`);
  }
  if (policy.resource.op !== 'is') return fail('a rule names its kind of record: resource is <RecordType>');
  const recordType = catalogue.records.get(policy.resource.entity_type);
  if (recordType === undefined || recordType.source === ownSource) {
    return fail(`${policy.resource.entity_type} is no record type`);
  }
  for (const annotation of fieldAnnotations) {
    const field = notes[annotation];
    if (field === undefined || recordType.fields.has(field)) continue;
    return fail(
      `@${annotation}("${field}") is no field of ${recordType.name}`,
      suggest(field, recordType.fields.keys()),
    );
  }
  const condition = compile(named, recordType);
  if (condition.kind === 'error') return fail(`its condition cannot be evaluated: ${condition.message}`);
  const reads = new Set<string>(condition.kind === 'open' ? condition.reads : []);
  for (const annotation of fieldAnnotations)
    if (notes[annotation] !== undefined) reads.add(notes[annotation]);
  if (recordType.fields.has('recordStatus')) reads.add('recordStatus');
  return {
    id: named.id,
    rule: notes.rule,
    effect: notes.effect,
    title: notes.title,
    basis: notes.basis,
    jurisdiction: notes.jurisdiction,
    validFrom: notes.validFrom,
    certainty: notes.certainty,
    recordType,
    startField: notes.start,
    open: notes.open === 'true',
    objection: notes.objection,
    reads,
    concerns: (facts) => (condition.kind === 'open' ? holds(condition, facts) : condition.value === true),
    ...(notes.validTo === undefined ? {} : { validTo: notes.validTo }),
    ...(notes.record === undefined ? {} : { documentField: notes.record }),
    ...(notes.end === undefined ? {} : { endField: notes.end }),
    ...(notes.term === undefined ? {} : { term: parseTerm(notes.term) }),
    ...(notes.extension === undefined ? {} : { extensionField: notes.extension }),
    ...(notes.removed === undefined ? {} : { removedField: notes.removed }),
    ...(notes.absent === undefined ? {} : { absent: notes.absent }),
  };
}

function parseTerm(text: string): Term {
  const years = Number(/(\d+)Y/.exec(text)?.[1] ?? 0);
  const months = Number(/(\d+)M/.exec(text)?.[1] ?? 0);
  return { months: years * 12 + months };
}

function compile({ policy }: NamedPolicy, recordType: RecordType): Partial {
  const rowTypes = new Map(
    [...recordType.fields.values()].map((field) => [field.name, attributeTypeOf(field)]),
  );
  const none = new Map();
  const given: Known = {
    principal: entity('Subject', 'subject'),
    action: entity('Action', 'scene'),
    resource: entity(recordType.name, 'record'),
    attributesOf: () => none,
    ancestorsOf: (of) =>
      of.type === 'Region'
        ? new Set(regionAncestors(of.id as RegionCode).map((code) => `Region::${code}`))
        : new Set<string>(),
    context: none,
    rowTypes,
    rowIs: 'resource',
  };
  const parts = policy.conditions.map(({ kind, body }) => (kind === 'when' ? body : { '!': { arg: body } }));
  const whole = parts.reduceRight((right, left) => ({ '&&': { left, right } }), { Value: true } as object);
  return evaluate(whole, given);
}
