// One rule of law: a forbid policy over one kind of record, with its annotations. This file reads it, checks that every
// annotation names a field that exists, and compiles its condition; it judges nothing.
import { z } from 'zod';
import { type Catalogue, type RecordType, type SubjectTypeName, ownSource } from '../../schema/catalogue.ts';
import { type RegionCode, parseRegionCode, regionAncestors } from '../../schema/identifiers/region-code.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import type { NamedPolicy } from './cedar-file.ts';
import { type Known, type Partial, type RowFacts, evaluate, holds } from './evaluate.ts';
import { type Certainty, type Jurisdiction, nation } from './jurisdictions.ts';
import { printExpression } from './print-cedar.ts';
import { attributeTypeOf } from './row-values.ts';
import { entity } from './values.ts';

export type RuleEffect = 'BAR' | 'RESTRICT' | 'REVIEW';

/** A calendar period, P2Y or P12M: `months` counts both. */
export interface Term {
  readonly months: number;
}

/** A sum over the records of one kind. `field` and `per` are fields of the record type. */
export interface Sum {
  readonly field: string;
  readonly per: string;
  readonly atLeast: number;
}

/** One rule about one kind of record. Field names are those of the record type. */
export interface Rule {
  readonly id: string;
  readonly rule: string;
  readonly effect: RuleEffect;
  readonly title: string;
  readonly basis: string;
  readonly jurisdiction: Jurisdiction;
  readonly validFrom: string;
  readonly validTo?: string;
  readonly certainty: Certainty;
  readonly recordType: RecordType;
  /** Whom it speaks of; undefined: everybody the record is kept for. */
  readonly subject?: SubjectTypeName;
  readonly documentField?: string;
  readonly startField: string;
  readonly endField?: string;
  readonly term?: Term;
  readonly extensionField?: string;
  readonly removedField?: string;
  readonly open: boolean;
  /** KEEP: an objection changes nothing; REVIEW: a person must look; LOCAL: the place's profile says. */
  readonly objection: 'KEEP' | 'REVIEW' | 'LOCAL';
  /** Whether it is a joint sanction, which a place may suspend, or the effect of the record itself. */
  readonly measure: 'JOINT_SANCTION' | 'OWN_EFFECT';
  /** Policies it takes the place of where it holds. */
  readonly replaces: readonly string[];
  /** Policies of another text; where none of them meets the record too, the two disagree. */
  readonly agreesWith: readonly string[];
  /** Field that tells one act from another: an act recorded twice counts once. */
  readonly actField?: string;
  /** Longest that overlapping effects of the same policy may add up to. */
  readonly combined?: Term;
  /** Text by which overlapping effects of different policies of this rule add up as well, which a person must weigh. */
  readonly across?: string;
  /** Records count together: it holds where `field` of those of one `per` adds up to `atLeast`. */
  readonly sum?: Sum;
  /** Its effect begins the day after the start: a day that is granted for paying or performing is not late. */
  readonly overdue: boolean;
  readonly absent?: RuleEffect;
  /** Its `when` and `unless` as Cedar text, for comparing two books. */
  readonly condition: string;
  /** Every field the rule looks at: these must be derivable, or the verdict is INDETERMINATE. */
  readonly reads: ReadonlySet<string>;
  /** Whether the rule concerns a record; undefined where its evaluation failed (the caller makes REVIEW of it). */
  concerns(facts: RowFacts): boolean | undefined;
}

const fieldAnnotations = ['record', 'start', 'end', 'extension', 'removed', 'act', 'sum', 'per'] as const;
const date = z.iso.date();
const period = z.string().regex(/^P(?=\d)(\d+Y)?(\d+M)?$/, 'write a period such as P2Y or P18M');
/** Identifiers of policies, separated by spaces. */
const idList = z
  .string()
  .default('')
  .transform((text) => text.split(/\s+/).filter((id) => id !== ''));
const annotationsShape = z.strictObject({
  id: z.string(),
  rule: z.string().min(1),
  effect: z.enum(['BAR', 'RESTRICT', 'REVIEW']),
  title: z.string().min(1),
  basis: z.string().min(1),
  jurisdiction: z.string(),
  validFrom: date,
  validTo: date.optional(),
  certainty: z.enum(['V', 'S', 'M']),
  subject: z.enum(['Organization', 'Person']).optional(),
  record: z.string().optional(),
  start: z.string(),
  end: z.string().optional(),
  term: period.optional(),
  extension: z.string().optional(),
  removed: z.string().optional(),
  open: z.literal('true').optional(),
  objection: z.enum(['KEEP', 'REVIEW', 'LOCAL']).default('LOCAL'),
  measure: z.enum(['JOINT_SANCTION', 'OWN_EFFECT']).default('OWN_EFFECT'),
  replaces: idList,
  agreesWith: idList,
  act: z.string().optional(),
  combined: period.optional(),
  across: z.string().min(1).optional(),
  sum: z.string().optional(),
  per: z.string().optional(),
  atLeast: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'write a whole number from 1')
    .transform(Number)
    .optional(),
  overdue: z.literal('true').optional(),
  absent: z.enum(['BAR', 'RESTRICT', 'REVIEW']).optional(),
});

/** The rule of a policy; undefined where something was wrong, which is among `problems` then. */
export function readRule(
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
  const jurisdiction = readJurisdiction(notes.jurisdiction);
  if (jurisdiction === undefined) return fail('@jurisdiction: write CN or a region code of six digits');
  for (const annotation of fieldAnnotations) {
    const field = notes[annotation];
    if (field === undefined || recordType.fields.has(field)) continue;
    return fail(
      `@${annotation}("${field}") is no field of ${recordType.name}`,
      suggest(field, recordType.fields.keys()),
    );
  }
  const sum = readSum(notes, recordType);
  if (typeof sum === 'string') return fail(sum);
  if (notes.across !== undefined && notes.combined === undefined) return fail('@across needs @combined');
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
    jurisdiction,
    validFrom: notes.validFrom,
    certainty: notes.certainty,
    recordType,
    startField: notes.start,
    open: notes.open === 'true',
    overdue: notes.overdue === 'true',
    objection: notes.objection,
    measure: notes.measure,
    replaces: notes.replaces,
    agreesWith: notes.agreesWith,
    reads,
    condition: policy.conditions.map(({ kind, body }) => `${kind} { ${printExpression(body)} }`).join(' '),
    concerns: (facts) => (condition.kind === 'open' ? holds(condition, facts) : condition.value === true),
    ...(notes.validTo === undefined ? {} : { validTo: notes.validTo }),
    ...(notes.subject === undefined ? {} : { subject: notes.subject }),
    ...(notes.record === undefined ? {} : { documentField: notes.record }),
    ...(notes.end === undefined ? {} : { endField: notes.end }),
    ...(notes.term === undefined ? {} : { term: parseTerm(notes.term) }),
    ...(notes.extension === undefined ? {} : { extensionField: notes.extension }),
    ...(notes.removed === undefined ? {} : { removedField: notes.removed }),
    ...(notes.absent === undefined ? {} : { absent: notes.absent }),
    ...(notes.act === undefined ? {} : { actField: notes.act }),
    ...(notes.combined === undefined ? {} : { combined: parseTerm(notes.combined) }),
    ...(notes.across === undefined ? {} : { across: notes.across }),
    ...(sum === undefined ? {} : { sum }),
  };
}

/** A text says what is wrong with it, undefined that the rule judges each record by itself. */
function readSum(
  { sum, per, atLeast }: Pick<z.output<typeof annotationsShape>, 'sum' | 'per' | 'atLeast'>,
  recordType: RecordType,
): Sum | string | undefined {
  if (sum === undefined && per === undefined && atLeast === undefined) return undefined;
  if (sum === undefined || per === undefined || atLeast === undefined)
    return '@sum, @per and @atLeast come together';
  if (recordType.fields.get(sum)?.type !== 'Int') return `@sum("${sum}") is no field of type Int`;
  return { field: sum, per, atLeast };
}

function readJurisdiction(text: string): Jurisdiction | undefined {
  if (text === nation) return nation;
  const region = parseRegionCode(text);
  return region.ok && region.value === text ? region.value : undefined;
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
