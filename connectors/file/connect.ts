// The file transport: deliveries are staged into PostgreSQL as they arrive, and look-ups are one statement over the
// staged tables. A bad delivery is put aside and the old one ages; without any delivery the source is unavailable.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Clock } from '../connector.ts';
import { comparableKey } from '../key-forms.ts';
import type { Log } from '../log.ts';
import type { FileManifest, FileRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { SqlNameError } from '../sql/name-error.ts';
import { SAMPLED_ROWS } from '../sql/connect.ts';
import { openPostgres, postgresDialect } from '../sql/postgres.ts';
import { type Relation, readBranches, writeSample, writeStatement } from '../sql/statement.ts';
import type { Lookup, ReceiveRow, Transport } from '../transport.ts';
import { type Watch, unwatched } from '../watch.ts';
import { gapsIn } from './delivery-gaps.ts';
import { openIntake } from './intake.ts';
import { troubleOf } from './intake-trouble.ts';
import { keepLooking } from './keep-looking.ts';
import type { ActiveDelivery } from './register.ts';
import { stagedKeyColumn } from './staged-columns.ts';
import { STAGING_SCHEMA } from './staging.ts';

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
  const { stagingUrl, clock, log, watch = unwatched, interval = 1000 } = options;
  const { grace = limits.deadline + 5000 } = options;
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
  const closing = new AbortController();
  const intake = openIntake({ manifest, pool: writer, clock, log, watch, grace, signal: closing.signal });
  let lastComplaint = '';
  let nowReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (nowReady = resolve));

  const look = async (): Promise<number> => {
    try {
      const state = await intake.look();
      if (lastComplaint !== '') log.info({ source }, 'deliveries can be looked for again');
      lastComplaint = '';
      if (state === 'more to come') return UNSETTLED_MS;
    } catch (error) {
      if (!closing.signal.aborted) complain(error);
    }
    nowReady();
    return interval;
  };

  const complain = (error: unknown): void => {
    const { syscall } = error as { readonly syscall?: unknown };
    const what = syscall === 'scandir' ? 'DROP_BOX_UNREADABLE' : troubleOf(error);
    if (what !== lastComplaint) log.error({ source, error: what }, 'cannot look for deliveries');
    lastComplaint = what;
  };

  const relationOf = (lookup: Lookup<FileRecord>): Relation => ({
    table: [STAGING_SCHEMA, activeOf(lookup.mapping).table],
    keyColumn: stagedKeyColumn(lookup.mapping, lookup.keyColumn),
  });

  const activeOf = (record: FileRecord): ActiveDelivery => {
    const delivery = intake.active.get(record.record);
    if (delivery !== undefined) return delivery;
    throw new SourceError('SOURCE_UNREACHABLE', `no delivery of ${record.record} yet`, { unasked: true });
  };

  /** Staged keys are comparable; and rows whose masked key could be a subject's are his candidates. */
  const withWritings = (lookup: Lookup<FileRecord>): Lookup<FileRecord> => {
    const comparable = lookup.keys.map((key) => comparableKey(key) ?? key);
    const name = stagedKeyColumn(lookup.mapping, lookup.keyColumn);
    const masks = intake.masks.get(lookup.mapping.record)?.get(name)?.matching(comparable) ?? [];
    return { ...lookup, keys: [...new Set([...lookup.keys, ...comparable, ...masks])] };
  };

  const ask = async (
    lookups: readonly Lookup<FileRecord>[],
    receive: ReceiveRow,
    signal: AbortSignal,
  ): Promise<string> => {
    const statement = writeStatement(postgresDialect, lookups.map(withWritings), relationOf);
    const oldest = lookups.map((lookup) => activeOf(lookup.mapping).delivered).sort()[0]!;
    // The rows of a look-up are those of the one it was planned as.
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
        await intake.refresh();
        return { asOf: await ask(lookups, receive, signal) };
      }
    },
    sample: (mapping, columns, receive, signal) => {
      const relation = { table: [STAGING_SCHEMA, activeOf(mapping).table] };
      return reader.run(writeSample(postgresDialect, relation, columns, SAMPLED_ROWS), receive, signal);
    },
    gapsOf: (mapping) => {
      const delivery = intake.active.get(mapping.record);
      return delivery === undefined ? [] : gapsIn(mapping, delivery);
    },
    countOf: (mapping) => {
      const delivery = intake.active.get(mapping.record);
      if (delivery === undefined) return undefined;
      const { rows, keys } = delivery;
      return { rows, rewritten: 0, masked: keys.masked, unusable: keys.unusable };
    },
    open: () => reader.open(),
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
