// The book of rules: policies/eligibility/*.cedar, a file or more per scene (promotion.cedar, promotion-party.cedar), with the scenes' subjects, what is not assessed
// yet, and the profiles of places. Law is dated data; this file only gathers it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isEnumType } from 'graphql';
import { z } from 'zod';
import type { Catalogue, RecordType, SubjectTypeName } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import type { CedarFile } from './cedar-file.ts';
import { type Certainty, type Jurisdictions, loadJurisdictions } from './jurisdictions.ts';
import { type Rule, readRule } from './rule.ts';
import { readYamlFile } from './yaml-file.ts';

export interface RuleNote {
  readonly id: string;
  readonly title: string;
  readonly basis: string;
  readonly certainty: Certainty;
}

/** What a scene looks at for one kind of subject. `recordTypes`: the mandatory evidence. */
export interface SubjectRules {
  readonly rules: readonly Rule[];
  readonly recordTypes: readonly RecordType[];
}

export interface SceneRules {
  readonly scene: string;
  readonly notAssessed: readonly RuleNote[];
  /** Every rule of the scene, whatever the kind of subject. */
  readonly rules: readonly Rule[];
  /** Kinds of subject the scene judges. */
  readonly subjects: ReadonlyMap<SubjectTypeName, SubjectRules>;
}

export interface Rulebook {
  readonly version: string;
  readonly scenes: ReadonlyMap<string, SceneRules>;
  readonly jurisdictions: Jurisdictions;
}

const scenesShape = z.record(
  z.string(),
  z.strictObject({ subjects: z.array(z.enum(['Organization', 'Person'])).min(1) }),
);

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
  const names = scenesOf(catalogue);
  const byScene = new Map<string, Rule[]>(names.map((scene) => [scene, []]));
  for (const read of options.files) {
    const name = basename(read.file);
    hash.update(`${name}\0`).update(read.text);
    const expected = sceneOfFile(name, names);
    problems.push(...read.problems);
    for (const policy of read.policies) {
      const rule = readRule(policy, expected, catalogue, problems);
      if (rule !== undefined) byScene.get(expected)?.push(rule);
    }
  }
  for (const read of options.files)
    checkReferences(read, byScene.get(sceneOfFile(basename(read.file), names)) ?? [], problems);
  const readData = <T>(name: string, shape: z.ZodType<T>): T | undefined => {
    const file = join(directory, name);
    if (!existsSync(file)) return undefined;
    const read = readYamlFile(file, shape);
    problems.push(...read.problems);
    hash.update(readFileSync(file));
    return read.value;
  };
  const notes = readData('not-assessed.yaml', notesShape) ?? {};
  const scenes = readData('scenes.yaml', scenesShape) ?? {};
  const { jurisdictions, problems: jurisdictionProblems } = loadJurisdictions(directory);
  problems.push(...jurisdictionProblems);
  hash.update(jurisdictions?.text ?? '');
  for (const [scene, rules] of byScene) {
    const file = join(directory, `${scene.toLowerCase().replaceAll('_', '-')}.cedar`);
    if (rules.length === 0 && problems.length === 0) {
      problems.push({ file, message: `the scene ${scene} of the schema has no rules` });
    }
    if (!Object.hasOwn(scenes, scene)) {
      problems.push({ file: join(directory, 'scenes.yaml'), message: `${scene}: say whom it judges` });
    }
  }
  for (const scene of Object.keys(scenes)) {
    if (names.includes(scene)) continue;
    const near = suggest(scene, names);
    const problem = { file: join(directory, 'scenes.yaml'), message: `${scene} is no scene of the schema` };
    problems.push(near === undefined ? problem : { ...problem, suggestion: near });
  }
  if (problems.length > 0 || jurisdictions === undefined) return { problems };
  const complete = new Map<string, SceneRules>();
  for (const [scene, rules] of byScene) {
    const subjects = new Map<SubjectTypeName, SubjectRules>();
    for (const kind of scenes[scene]!.subjects) {
      const own = rules.filter(
        ({ recordType, subject = kind }) => subject === kind && isKeptFor(catalogue, recordType, kind),
      );
      if (own.length === 0) {
        const message = `${scene}: no rule looks at a record that is kept for a ${kind}`;
        problems.push({ file: join(directory, 'scenes.yaml'), message });
      }
      subjects.set(kind, {
        rules: own,
        recordTypes: [...new Set(own.map(({ recordType }) => recordType))],
      });
    }
    complete.set(scene, { scene, rules, subjects, notAssessed: notes[scene] ?? [] });
  }
  if (problems.length > 0) return { problems };
  const version = hash.digest('hex').slice(0, 16);
  return { problems, rulebook: { version, scenes: complete, jurisdictions } };
}

/** Whether a record type can be asked for about a kind of subject. */
function isKeptFor(catalogue: Catalogue, { name, source }: RecordType, kind: SubjectTypeName): boolean {
  return catalogue.sources
    .get(source)!
    .sections.some(
      ({ subject, fields }) => subject === kind && [...fields.values()].some(({ record }) => record === name),
    );
}

/** The scene whose name a file's begins with, the longest where several do; the file's own name where none does. */
function sceneOfFile(file: string, scenes: readonly string[]): string {
  const name = basename(file, '.cedar').replaceAll('-', '_').toUpperCase();
  const of = scenes.filter((scene) => name === scene || name.startsWith(`${scene}_`));
  return of.reduce((longest, scene) => (scene.length > longest.length ? scene : longest), of[0] ?? name);
}

/** A rule speaks of other rules of its own scene only. */
function checkReferences({ file, policies }: CedarFile, rules: readonly Rule[], problems: Problem[]): void {
  const known = new Set(rules.map(({ id }) => id));
  const here = new Set(policies.map(({ id }) => id));
  for (const rule of rules) {
    if (!here.has(rule.id)) continue;
    for (const id of [...rule.replaces, ...rule.agreesWith]) {
      if (known.has(id)) continue;
      const line = policies.find((policy) => policy.id === rule.id)?.line ?? 1;
      const near = suggest(id, known);
      const problem = { file, line, message: `${rule.id} speaks of ${id}, which is no policy of this scene` };
      problems.push(near === undefined ? problem : { ...problem, suggestion: near });
    }
  }
}
