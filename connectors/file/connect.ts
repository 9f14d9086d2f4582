// The file transport: deliveries are staged into PostgreSQL as they arrive, and look-ups are one statement over the
// staged tables. A bad delivery is put aside and the old one ages; without any delivery the source is unavailable.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Clock } from '../connector.ts';
import type { Log } from '../log.ts';
import type { FileManifest, FileRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { SqlNameError } from '../sql/name-error.ts';
import { openPostgres, postgresDialect } from '../sql/postgres.ts';
import { type Relation, readBranches, writeStatement } from '../sql/statement.ts';
import { CHINA_OFFSET_MS } from '../transforms/instant.ts';
import type { Lookup, ReceiveRow, Transport } from '../transport.ts';
import type { Watch } from '../watch.ts';
import { compareDeliveries } from './delivery-name.ts';
import { DeliveryProblem } from './delivery-problem.ts';
import { keepLooking, openDropBox } from './drop-box.ts';
import { loadDelivery, sameFile, shapeOf, stagedKeyColumn } from './load.ts';
import { hashFile } from './read-text.ts';
import {
  type ActiveDelivery,
  type FoundDelivery,
  STAGING_SCHEMA,
  type StagedKind,
  dropRetired,
  prepareStaging,
  quarantine,
  readActive,
  readQuarantine,
  touchActive,
} from './staging.ts';

export interface FileTransport extends Transport<FileRecord> {
  /** Resolves when every delivery that lay ready at the start has been loaded or put aside. */
  readonly ready: Promise<void>;
}

export interface FileOptions {
  /** Address of the staging database. */
  readonly stagingUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: Watch;
  /** Milliseconds between looks; the directory's own notices come sooner. */
  readonly interval?: number;
  /** Milliseconds for which the table of a replaced delivery is kept for queries on their way. */
  readonly grace?: number;
}

const UNSETTLED_MS = 250;
const CLOSE_MS = 3000;

export function openFile(manifest: FileManifest, options: FileOptions): FileTransport {
  const { source, address: directory, limits } = manifest;
  const { stagingUrl, clock, log, interval = 1000, grace = limits.deadline + 5000 } = options;
  const writer = new pg.Pool({
    connectionString: stagingUrl,
    // One loads; another must be able to look up the active delivery meanwhile.
    max: 2,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 5000,
    application_name: `credit-gateway ${source} staging`,
  });
  writer.on('error', () => undefined);
  writer.on('connect', (client) => client.on('error', () => undefined));
  const reader = openPostgres({ address: stagingUrl, source, ...limits });
  const box = openDropBox(directory, manifest.records.values());
  const kinds = new Map(
    [...manifest.records.values()].map((record): [string, StagedKind] => [
      record.record,
      { source, record: record.record, shape: shapeOf(record) },
    ]),
  );
  const active = new Map<string, ActiveDelivery>();
  /** Deliveries that need not be looked at again: loaded, older, or put aside. */
  const settled = new Map<string, string>();
  const closing = new AbortController();
  let prepared = false;
  let firstLookDone = false;
  let lastDropped = -Infinity;
  let lastComplaint = '';
  let nowReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (nowReady = resolve));

  const look = async (): Promise<number> => {
    try {
      if (!prepared) {
        await prepareStaging(writer);
        await refresh();
        prepared = true;
      }
      const { ready: found, unsettled } = await box.look();
      let busy = false;
      for (const record of manifest.records.values()) {
        busy = (await takeNewest(record, found.get(record.record) ?? [])) || busy;
      }
      if (performance.now() - lastDropped > grace) {
        lastDropped = performance.now();
        await dropRetired(writer, source, grace);
      }
      lastComplaint = '';
      if (unsettled || busy) return UNSETTLED_MS;
      firstLookDone = true;
      nowReady();
      return interval;
    } catch (error) {
      if (!closing.signal.aborted) complain(error);
      nowReady();
      return interval;
    }
  };

  const complain = (error: unknown): void => {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    const what = String(code ?? name);
    if (what !== lastComplaint) log.error({ source, error: what }, 'cannot look for deliveries');
    lastComplaint = what;
  };

  const refresh = async (): Promise<void> => {
    for (const [record, kind] of kinds) {
      const delivery = await readActive(writer, kind);
      if (delivery !== undefined) active.set(record, delivery);
    }
  };

  /** Loads the newest good delivery. Resolves with whether another gateway is just doing so. */
  const takeNewest = async (record: FileRecord, found: readonly FoundDelivery[]): Promise<boolean> => {
    const kind = kinds.get(record.record)!;
    const fresh = found.filter(({ file, size, modified }) => settled.get(file) !== `${size}:${modified}`);
    const before = active.get(record.record);
    for (const delivery of [...fresh].sort((a, b) => compareDeliveries(b, a))) {
      const current = active.get(record.record);
      const late = firstLookDone && before !== undefined && compareDeliveries(delivery, before) < 0;
      const outcome = await take(kind, record, delivery, current, late);
      if (outcome === 'busy') return true;
      settled.set(delivery.file, `${delivery.size}:${delivery.modified}`);
    }
    return false;
  };

  const take = async (
    kind: StagedKind,
    record: FileRecord,
    found: FoundDelivery,
    current: ActiveDelivery | undefined,
    late: boolean,
  ): Promise<'done' | 'busy'> => {
    const names = { source, record: kind.record, file: found.file };
    try {
      if (current !== undefined) {
        if (sameFile(current, found)) return 'done';
        const order = compareDeliveries(found, current);
        if (order < 0) {
          // What lay there before we started, or came with a newer one, is history; what comes late is a mistake.
          if (!late || (await readQuarantine(writer, kind, found)) !== undefined) return 'done';
          throw new DeliveryProblem('OLDER', `the active delivery is ${current.file}`);
        }
        if (order === 0 && found.size === current.size) {
          if ((await hashFile(found.path, closing.signal)) === current.sha256) {
            await touchActive(writer, current, found);
            active.set(kind.record, { ...current, ...found });
            return 'done';
          }
        }
      }
      const before = await readQuarantine(writer, kind, found);
      if (before !== undefined) {
        log.warn({ ...names, reason: before }, 'this delivery was put aside before');
        return 'done';
      }
      const today = new Date(clock().getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 10);
      if (found.delivered > today) throw new DeliveryProblem('FUTURE', 'the date in its name has not come');
      const started = performance.now();
      const outcome = await loadDelivery(writer, kind, record, found, log, closing.signal);
      if (outcome.kind === 'busy') return 'busy';
      active.set(kind.record, outcome.delivery);
      const milliseconds = Math.round(performance.now() - started);
      log.info({ ...names, rows: outcome.delivery.rows, milliseconds }, 'a delivery is active');
      return 'done';
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      await quarantine(writer, kind, found, problem.message);
      log.warn({ ...names, reason: problem.message }, 'a delivery was put aside');
      return 'done';
    }
  };

  const relationOf = (lookup: Lookup<FileRecord>): Relation => ({
    table: [STAGING_SCHEMA, activeOf(lookup.mapping).table],
    keyColumn: stagedKeyColumn(lookup.mapping, lookup.keyColumn),
  });

  const activeOf = (record: FileRecord): ActiveDelivery => {
    const delivery = active.get(record.record);
    if (delivery !== undefined) return delivery;
    throw new SourceError('SOURCE_UNREACHABLE', `no delivery of ${record.record} yet`, { unasked: true });
  };

  const ask = async (
    lookups: readonly Lookup<FileRecord>[],
    receive: ReceiveRow,
    signal: AbortSignal,
  ): Promise<string> => {
    const statement = writeStatement(postgresDialect, lookups, relationOf);
    const oldest = lookups.map((lookup) => activeOf(lookup.mapping).delivered).sort()[0]!;
    await reader.run(statement, readBranches(lookups, receive), signal);
    return `${oldest}T00:00:00+08:00`;
  };

  const looking = keepLooking(directory, interval, look);

  return {
    ready,
    exchange: async (lookups, receive, signal) => {
      try {
        return { asOf: await ask(lookups, receive, signal) };
      } catch (error) {
        // Another gateway has switched to a newer delivery and dropped the table we knew. Nothing was received.
        if (!(error instanceof SqlNameError)) throw error;
        await refresh();
        return { asOf: await ask(lookups, receive, signal) };
      }
    },
    probe: async (signal) => {
      for (const record of manifest.records.values()) activeOf(record);
      await reader.probe(signal);
    },
    close: async () => {
      closing.abort();
      const closed = looking.close().then(() => Promise.all([writer.end(), reader.close()]));
      // A staging database that has gone silent must not keep the gateway from ending.
      await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

/** What is wrong with the delivery itself; undefined where something else failed and it may be tried again. */
function problemOf(error: unknown): DeliveryProblem | undefined {
  if (error instanceof DeliveryProblem) return error;
  const { code } = error as { readonly code?: unknown };
  // Class 22: data PostgreSQL cannot hold. Trying again would read the whole file every second.
  const unfit = typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
  return unfit ? new DeliveryProblem('UNREADABLE', `text that cannot be stored (${code})`) : undefined;
}
