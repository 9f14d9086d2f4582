// Facts and fresh answers → one answer of the source, as if it had been asked for everything. Whoever is shown old
// facts stands as STALE, and a subject of whom one part is missing is not known at all.
import type { MatchMethod, RecordRow, SourceAnswer, Standing, Subject } from '../contract.ts';
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

type Found = readonly [record: string, rows: readonly RecordRow[], method: MatchMethod | undefined];

type Known = Standing & { readonly rows: readonly Found[] };

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
  const methods = new Map<string, Map<string, MatchMethod>>();
  const invalidSubjects = new Set<string>();
  const standings = new Map<string, Standing>();
  for (const [id, own] of bySubject) {
    told(outcomeOf(own));
    if (own.some(({ answer }) => answer?.invalidSubjects.has(id) === true)) {
      invalidSubjects.add(id);
      continue;
    }
    const { rows: found, ...standing } = standingOf(id, own);
    standings.set(id, standing);
    for (const [record, list, method] of found) {
      if (method !== undefined) {
        const ofMethod = methods.get(record) ?? new Map<string, MatchMethod>();
        methods.set(record, ofMethod.set(id, method));
      }
      const ofRecord = rows.get(record) ?? new Map<string, readonly RecordRow[]>();
      rows.set(record, ofRecord);
      if (list.length > 0) ofRecord.set(id, list);
    }
  }
  const whole = wholeOf([...standings.values()], failed);
  for (const [id, standing] of standings) if (same(standing, whole)) standings.delete(id);
  return {
    ...whole,
    rows,
    invalidSubjects,
    methods,
    ...(standings.size === 0 ? {} : { standings }),
    ...(failed === undefined ? {} : { failure: failed.failure }),
  };
}

function standingOf(id: string, parts: readonly Part[]): Known {
  const times: (string | undefined)[] = [];
  const rows: Found[] = [];
  let state: 'OK' | 'STALE' = 'OK';
  for (const { record, fact, answer } of parts) {
    if (answer !== undefined && answer.failure === undefined) {
      if (answer.state === 'STALE') state = 'STALE';
      times.push(answer.asOf ?? undefined);
      rows.push([record, answer.rows.get(record)?.get(id) ?? [], answer.methods?.get(record)?.get(id)]);
      continue;
    }
    // A source that says no has not failed: it may have withdrawn what we know.
    if (fact === undefined || answer?.failure?.code === 'SOURCE_REFUSED') {
      return { state: answer?.state ?? 'UNAVAILABLE', asOf: null, rows: [] };
    }
    if (answer !== undefined) state = 'STALE';
    times.push(fact.asOf);
    rows.push([record, fact.rows, fact.method]);
  }
  return { state, asOf: earliest(times) ?? null, rows };
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
