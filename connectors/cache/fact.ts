// A fact: what a source said of one subject in one record type, read by exactly one list of columns. Facts are kept,
// decisions about them never: every request decides anew about what it is shown.
import { createHash } from 'node:crypto';
import type { FetchStep, GapReason, MatchMethod, RecordRow, Subject } from '../contract.ts';
import type { Manifest, RecordMapping } from '../manifest.ts';
import { conditionsOf } from '../source-condition.ts';

export interface FactName {
  readonly source: string;
  readonly record: string;
  readonly subject: Subject;
  /** Hash of everything else that decides what the source would say: columns, row conditions, manifest. */
  readonly shape: string;
}

export interface Fact {
  /** When the source was asked, in milliseconds since 1970. */
  readonly at: number;
  /** As in the source's answer, ISO 8601; it never becomes younger by being kept. */
  readonly asOf: string;
  /** None, and no candidates: proven absence. */
  readonly rows: readonly RecordRow[];
  /** Rows that may be the subject's or somebody else's. */
  readonly candidates: readonly RecordRow[];
  /** How the rows were found to be the subject's, where it was not by his own identifier. */
  readonly method?: MatchMethod | undefined;
  /** Why it clears nobody: what no control or count has proven stays unproven. */
  readonly gap?: GapReason | undefined;
}

/** What is to be forgotten: all of a source, one record type, or one subject. */
export interface Invalidation {
  readonly source: string;
  readonly record?: string;
  readonly subject?: Subject;
}

/** Changes when facts begin to mean something else, so that replicas of two versions do not read each other's. */
const FORMAT = 4;

/** Names are texts of parts that hold no line breaks: identifiers are canonical, the rest are our own words. */
export function textOf({ source, record, subject, shape }: FactName): string {
  return [source, record, subject.kind, subject.id, shape].join('\n');
}

/** The scopes whose invalidation forgets a fact. */
export function scopesOf({ source, record, subject }: FactName): readonly [string, string, string] {
  return [scopeOf({ source }), scopeOf({ source, record }), scopeOf({ source, subject })];
}

/** One subject's record type is not told apart from his others: to forget too much costs one call. */
export function scopeOf({ source, record, subject }: Invalidation): string {
  if (subject !== undefined) return ['subject', source, subject.kind, subject.id].join('\n');
  return record === undefined ? ['source', source].join('\n') : ['record', source, record].join('\n');
}

export function covers(what: Invalidation, name: FactName): boolean {
  return scopesOf(name).includes(scopeOf(what));
}

type Shapes = WeakMap<object, string>;
const shapes = new WeakMap<RecordMapping, WeakMap<FetchStep['fields'], Shapes>>();
const noFilter = {};

/**
 * The exact list of columns is part of it, in its order: a wider answer never serves a narrower permission. What the
 * source leaves out is part of it, too. Cached plans share their lists, so warm requests compute nothing here.
 */
export function shapeOf(manifest: Manifest, mapping: RecordMapping, { fields, filter }: FetchStep): string {
  const ofMapping = shapes.get(mapping) ?? new WeakMap<FetchStep['fields'], Shapes>();
  shapes.set(mapping, ofMapping);
  const ofFields: Shapes = ofMapping.get(fields) ?? new WeakMap<object, string>();
  ofMapping.set(fields, ofFields);
  const known = ofFields.get(filter ?? noFilter);
  if (known !== undefined) return known;
  const conditions = conditionsOf(mapping, filter).map((condition) => [
    condition.filter.column,
    condition.orAbsent,
    condition.test,
  ]);
  const text = JSON.stringify([FORMAT, manifest.fingerprint, fields, conditions]);
  const shape = createHash('sha256').update(text).digest('base64url');
  ofFields.set(filter ?? noFilter, shape);
  return shape;
}
