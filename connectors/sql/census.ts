// What is known of all keys of a database, record type by record type: looked through on a connection of its own, told
// to whoever watches, and the ground on which silence means absence. A census that fails is no answer's failure.
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../connector.ts';
import type { GapReason } from '../contract.ts';
import type { KeyCount } from '../key-count.ts';
import type { Log } from '../log.ts';
import type { SqlManifest, SqlRecord } from '../manifest.ts';
import { exceeds } from '../mapping.ts';
import { SourceError, failureOf } from '../source-error.ts';
import type { Watch } from '../watch.ts';
import type { AcceptedCounts } from './accepted-counts.ts';
import { type Round, keepCounting, restAfter } from './census-schedule.ts';
import type { SqlDialect, SqlSession } from './dialect.ts';
import type { TextSql } from './key-check.ts';
import { SqlNameError } from './name-error.ts';
import { type TakenCensus, takeCensus } from './key-census.ts';
import type { Relation } from './statement.ts';

export interface CensusOptions {
  readonly manifest: SqlManifest;
  readonly dialect: SqlDialect;
  readonly text: TextSql;
  /** Of its own: a census never takes a connection from a look-up. */
  readonly session: SqlSession;
  readonly relationOf: (mapping: SqlRecord) => Relation;
  readonly accepted: AcceptedCounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: Watch;
  /** Monotonic, in milliseconds. */
  readonly now?: () => number;
}

export interface Census {
  /** Resolves after the first round, whatever came of it. */
  readonly ready: Promise<void>;
  known(mapping: SqlRecord): TakenCensus | undefined;
  gapsOf(mapping: SqlRecord): readonly GapReason[];
  countOf(mapping: SqlRecord): KeyCount | undefined;
  /** Something unexpected came. */
  wake(): void;
  /** The source answered: what could not be looked through may be now. */
  answered(): void;
  /** A person says that nothing is missing. */
  accept(mapping: SqlRecord, by: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What is known of a record type, and until when it holds. */
interface Standing {
  readonly taken: TakenCensus;
  readonly shrunken: boolean;
  readonly until: number;
}

/** Intervals for which a census holds that was not taken again. */
const INTERVALS = 3;
const CLOSE_MS = 1000;

export function openCensus(options: CensusOptions): Census {
  const {
    manifest,
    session,
    relationOf,
    accepted,
    clock,
    log,
    watch,
    now = () => performance.now(),
  } = options;
  const { source, census } = manifest;
  const standings = new Map<SqlRecord, Standing>();
  const failing = new Map<SqlRecord, { readonly code: string; readonly unreached: boolean }>();
  const told = new Map<SqlRecord, string>();
  const closing = new AbortController();

  const gapsOf = (mapping: SqlRecord): readonly GapReason[] => {
    const standing = standings.get(mapping);
    if (standing === undefined || now() > standing.until) return ['UNSEEN'];
    return gapsIn(mapping, standing.taken, standing.shrunken);
  };

  const tell = (mapping: SqlRecord): void => {
    const { record } = mapping;
    const { rows = 0, masked = 0, unusable = {} } = standings.get(mapping)?.taken ?? {};
    const gaps = gapsOf(mapping);
    watch.keysCounted({ source, record, rows, masked, unusable, gaps, at: clock().toISOString() });
    const words = JSON.stringify([gaps, unusable]);
    if (words === (told.get(mapping) ?? '[[],{}]')) return;
    told.set(mapping, words);
    if (gaps.length === 0)
      log.info({ source, record, rows, unusable }, 'the keys of a record type are whole');
    else log.warn({ source, record, rows, gaps, unusable }, 'nobody is clear by this record type');
  };

  const count = async (mapping: SqlRecord): Promise<Round> => {
    const started = now();
    try {
      const tools = { ...options, relation: relationOf(mapping), now };
      const taken = await takeCensus(mapping, tools, closing.signal);
      const cost = now() - started;
      // Until the round is over it is not known how long it will rest.
      const until = Number.POSITIVE_INFINITY;
      standings.set(mapping, { taken, shrunken: standings.get(mapping)?.shrunken ?? false, until });
      failing.delete(mapping);
      standings.set(mapping, { taken, shrunken: await holdAgainst(mapping, taken), until });
      return { whole: true, cost };
    } catch (error) {
      if (closing.signal.aborted) return { whole: false, cost: 0 };
      const { code, detail } = failureOf(error);
      if (failing.get(mapping)?.code !== code)
        log.warn({ source, record: mapping.record, code, detail }, 'keys could not be looked through');
      // What could not be reached, or has no such table yet, has done no work.
      const unreached = error instanceof SqlNameError || (error instanceof SourceError && error.unanswered);
      failing.set(mapping, { code, unreached });
      return { whole: false, cost: unreached ? 0 : now() - started };
    }
  };

  /** Whether too many are missing since the largest count of the last day, which a lower one replaces after it. */
  const holdAgainst = async ({ record, shrink }: SqlRecord, taken: TakenCensus): Promise<boolean> => {
    const rows = taken.rows - taken.spoilt;
    const last = await accepted.read(record);
    if (last !== undefined && rows < last.rows * (1 - shrink)) return true;
    const at = clock();
    const aged = last !== undefined && at.getTime() - last.at.getTime() > DAY_MS;
    if (last === undefined || rows > last.rows || aged) await accepted.write(record, { rows, at });
    return false;
  };

  const records = [...manifest.records.values()];
  const schedule = keepCounting({ every: census.every, now }, async () => {
    let [whole, cost] = [true, 0];
    for (const mapping of records) {
      if (closing.signal.aborted) break;
      const round = await count(mapping);
      whole &&= round.whole;
      cost += round.cost;
    }
    const until = now() + INTERVALS * restAfter({ whole: true, cost }, census.every, 0) + census.timeout;
    for (const mapping of records) {
      const standing = standings.get(mapping);
      if (standing?.until === Number.POSITIVE_INFINITY) standings.set(mapping, { ...standing, until });
      if (!closing.signal.aborted) tell(mapping);
    }
    return { whole, cost };
  });

  return {
    ready: schedule.ready,
    known: (mapping) => standings.get(mapping)?.taken,
    gapsOf,
    countOf: (mapping) => {
      const taken = standings.get(mapping)?.taken;
      if (taken === undefined) return undefined;
      const { rows, rewritten, masked, unusable } = taken;
      return { rows, rewritten, masked, unusable };
    },
    wake: () => schedule.wake(),
    answered: () => {
      if ([...failing.values()].some(({ unreached }) => unreached)) schedule.wake();
    },
    accept: async (mapping, by) => {
      const standing = standings.get(mapping);
      if (standing === undefined) return false;
      const { rows, spoilt } = standing.taken;
      await accepted.write(mapping.record, { rows: rows - spoilt, at: clock() }, by);
      standings.set(mapping, { ...standing, shrunken: false });
      tell(mapping);
      return true;
    },
    close: async () => {
      closing.abort();
      const closed = schedule.close().then(() => Promise.all([session.close(), accepted.close()]));
      // A server that has gone silent must not keep the gateway from ending.
      await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

const DAY_MS = 86_400_000;

/** None: the rows that are found are all there are. */
function gapsIn(
  { unusableKeys, atLeast }: SqlRecord,
  { rows, spoilt, overflowing }: TakenCensus,
  shrunken: boolean,
): readonly GapReason[] {
  const gaps: GapReason[] = [];
  if (overflowing) gaps.push('UNSEEN');
  if (exceeds(unusableKeys, spoilt, rows)) gaps.push('UNUSABLE_KEYS');
  if (rows - spoilt < atLeast || shrunken) gaps.push('FEWER');
  return gaps;
}
