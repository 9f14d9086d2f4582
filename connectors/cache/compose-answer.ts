// Facts and fresh answers → one answer of the source, as if it had been asked for everything. Whoever is shown old
// facts stands as STALE, and a subject of whom one part is missing is not known at all.
import {
  type Gap,
  type MatchMethod,
  type RecordRow,
  type SourceAnswer,
  type Standing,
  type Subject,
  gapFor,
} from '../contract.ts';
import { earliest } from '../http/earliest.ts';
import type { CacheOutcome } from '../watch.ts';
import type { Fact } from './fact.ts';

/** One record type of one subject. */
export interface Part {
  readonly record: string;
  readonly subject: Subject;
  /** Without an answer: a fresh fact. With one: what may be shown if the answer is a failure. */
  readonly fact: Fact | undefined;
  readonly answer: SourceAnswer | undefined;
  /** Whether it was known before, or asked for by this request or another. */
  readonly from: 'kept' | 'asked' | 'shared';
}

type Failed = SourceAnswer & { readonly failure: NonNullable<SourceAnswer['failure']> };

interface Found {
  readonly record: string;
  readonly rows: readonly RecordRow[];
  readonly candidates: readonly RecordRow[];
  readonly method: MatchMethod | undefined;
}

type Known = Standing & { readonly found: readonly Found[] };

const none: readonly RecordRow[] = [];

/** `told` once per subject. */
export function composeAnswer(parts: readonly Part[], told: (outcome: CacheOutcome) => void): SourceAnswer {
  const bySubject = new Map<string, Part[]>();
  for (const part of parts) {
    const own = bySubject.get(part.subject.id);
    if (own === undefined) bySubject.set(part.subject.id, [part]);
    else own.push(part);
  }
  const failed = parts.find(({ answer }) => answer?.failure !== undefined)?.answer as Failed | undefined;
  const rows = new Map<string, Map<string, readonly RecordRow[]>>();
  const candidates = new Map<string, Map<string, readonly RecordRow[]>>();
  const methods = new Map<string, Map<string, MatchMethod>>();
  const invalidSubjects = new Set<string>();
  const gaps: Gap[] = [];
  const standings = new Map<string, Standing>();
  for (const [id, own] of bySubject) {
    told(outcomeOf(own));
    if (own.some(({ answer }) => answer?.invalidSubjects.has(id) === true)) {
      invalidSubjects.add(id);
      continue;
    }
    for (const { record, answer, fact } of own) {
      const reason = answer === undefined ? fact?.gap : (gapFor(answer.gaps, record, id) ?? fact?.gap);
      if (reason !== undefined) gaps.push({ record, reason, subjects: new Set([id]) });
    }
    const { found, ...standing } = standingOf(id, own);
    standings.set(id, standing);
    for (const one of found) {
      const { record, method } = one;
      if (method !== undefined) {
        const ofMethod = methods.get(record) ?? new Map<string, MatchMethod>();
        methods.set(record, ofMethod.set(id, method));
      }
      keep(rows, record, id, one.rows);
      if (one.candidates.length > 0) keep(candidates, record, id, one.candidates);
    }
  }
  const whole = wholeOf([...standings.values()], failed);
  for (const [id, standing] of standings) if (same(standing, whole)) standings.delete(id);
  return {
    ...whole,
    rows,
    candidates,
    invalidSubjects,
    methods,
    gaps,
    ...(standings.size === 0 ? {} : { standings }),
    ...(failed === undefined ? {} : { failure: failed.failure }),
  };
}

function keep(
  where: Map<string, Map<string, readonly RecordRow[]>>,
  record: string,
  id: string,
  list: readonly RecordRow[],
): void {
  const ofRecord = where.get(record) ?? new Map<string, readonly RecordRow[]>();
  where.set(record, ofRecord);
  if (list.length > 0) ofRecord.set(id, list);
}

function standingOf(id: string, parts: readonly Part[]): Known {
  const times: (string | undefined)[] = [];
  const found: Found[] = [];
  let state: 'OK' | 'STALE' = 'OK';
  for (const { record, fact, answer } of parts) {
    if (answer !== undefined && answer.failure === undefined) {
      if (answer.state === 'STALE') state = 'STALE';
      times.push(answer.asOf ?? undefined);
      found.push({
        record,
        rows: answer.rows.get(record)?.get(id) ?? none,
        candidates: answer.candidates?.get(record)?.get(id) ?? none,
        method: answer.methods?.get(record)?.get(id),
      });
      continue;
    }
    // A source that says no has not failed: it may have withdrawn what we know.
    if (fact === undefined || answer?.failure?.code === 'SOURCE_REFUSED') {
      return { state: answer?.state ?? 'UNAVAILABLE', asOf: null, found: [] };
    }
    if (answer !== undefined) state = 'STALE';
    times.push(fact.asOf);
    found.push({ record, rows: fact.rows, candidates: fact.candidates, method: fact.method });
  }
  return { state, asOf: earliest(times) ?? null, found };
}

/** What holds for the source: the worst, and the oldest of what is known. */
function wholeOf(standings: readonly Standing[], failed: Failed | undefined): Standing {
  const unknown = standings.find(({ state }) => state !== 'OK' && state !== 'STALE');
  if (unknown !== undefined) return unknown;
  if (standings.length === 0 && failed !== undefined) return { state: failed.state, asOf: null };
  const stale = standings.some(({ state }) => state === 'STALE');
  return {
    state: stale ? 'STALE' : 'OK',
    asOf: earliest(standings.map(({ asOf }) => asOf ?? undefined)) ?? null,
  };
}

function outcomeOf(parts: readonly Part[]): CacheOutcome {
  if (parts.some(({ answer, fact }) => answer?.failure !== undefined && fact !== undefined)) return 'stale';
  if (parts.every(({ from }) => from === 'kept')) return 'hit';
  return parts.some(({ from }) => from === 'shared') ? 'shared' : 'miss';
}

function same(one: Standing, other: Standing): boolean {
  return one.state === other.state && one.asOf === other.asOf;
}
