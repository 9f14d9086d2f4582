// The sql transport: an agency's tables, views or queries, every record type of a request in one statement. The
// address's scheme says which kind of database it is.
import type { Clock } from '../connector.ts';
import type { Gap } from '../contract.ts';
import { readAge } from '../freshness.ts';
import type { Log } from '../log.ts';
import type { SqlManifest, SqlRecord } from '../manifest.ts';
import type { Lookup, ReceiveRow, Transport } from '../transport.ts';
import { type Watch, unwatched } from '../watch.ts';
import { rememberInMemory, rememberInStaging } from './accepted-counts.ts';
import { openCensus } from './census.ts';
import { writeAge } from './data-age.ts';
import type { SessionOptions, SqlDialect, SqlSession } from './dialect.ts';
import { type TextSql, mysqlText, postgresText } from './key-check.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { openMysql } from './mysql.ts';
import { SqlNameError } from './name-error.ts';
import { widen } from './other-writings.ts';
import { openPostgres, postgresDialect } from './postgres.ts';
import { type Relation, readBranches, writeDescription, writeSample, writeStatement } from './statement.ts';

/** Rows looked at by a check of the columns. */
export const SAMPLED_ROWS = 20;

/** Most bytes of odd keys that one census takes. */
const CENSUS_BYTES = 64_000_000;

export interface SqlOptions {
  /** Database in which accepted counts are remembered across restarts. */
  readonly stagingUrl?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: Watch | undefined;
}

export interface SqlTransport extends Transport<SqlRecord> {
  /** Resolves when all keys have been looked through once, or could not be. */
  readonly ready: Promise<void>;
}

export function openSql(manifest: SqlManifest, options: SqlOptions): SqlTransport {
  const { address, source, limits, tls, age, census: times } = manifest;
  const { stagingUrl, clock, log, watch = unwatched } = options;
  const { dialect, text, open } = databaseOf(address);
  const session = open({ address, source, tls, ...limits });
  const census = openCensus({
    manifest,
    dialect,
    text,
    session: open({
      address,
      source: `${source} census`,
      tls,
      concurrency: 1,
      deadline: times.timeout,
      bytes: CENSUS_BYTES,
    }),
    relationOf: (mapping) => relationOf({ mapping }),
    accepted: stagingUrl === undefined ? rememberInMemory() : rememberInStaging(source, stagingUrl),
    clock,
    log,
    watch,
  });

  /** What is asked beside the look-ups, and what is made of it. */
  const asidesOf = (lookups: readonly Lookup<SqlRecord>[]): readonly Aside[] => {
    const floors = [...new Set(lookups.map(({ mapping }) => mapping))].flatMap((mapping): Aside[] => {
      const floor = census.known(mapping)?.floor;
      // A control is proof enough.
      const isControlled = lookups.every((one) => one.mapping !== mapping || one.controlKeys.length > 0);
      if (floor === undefined || isControlled) return [];
      return [{ kind: 'floor', scalar: floor.scalar, rows: floor.rows, mapping }];
    });
    return age === undefined ? floors : [...floors, { kind: 'age', scalar: writeAge(dialect, age) }];
  };

  return {
    ready: census.ready,
    exchange: async (lookups, receive, signal) => {
      const asides = asidesOf(lookups);
      const widened = lookups.map((lookup) => widen(lookup, census.known(lookup.mapping)));
      const asked = widened.map(({ lookup }) => lookup);
      const gaps: Gap[] = widened.flatMap(({ lookup, cutShort }): Gap[] =>
        cutShort ? [{ record: lookup.mapping.record, reason: 'UNSEEN' }] : [],
      );
      let asOf: string | undefined;
      const note = (at: number, value: unknown): void => {
        const aside = asides[at]!;
        if (aside.kind === 'age') asOf = readAge(value);
        else if (Number(value) < aside.rows && !census.gapsOf(aside.mapping).includes('FEWER'))
          gaps.push({ record: aside.mapping.record, reason: 'FEWER' });
      };
      const statement = writeStatement(
        dialect,
        asked,
        relationOf,
        asides.map(({ scalar }) => scalar),
      );
      // The rows of a look-up are those of the one it was planned as.
      const rows = readBranches(
        lookups,
        alert(asked, lookups, receive, () => census.wake()),
        note,
        statement.places,
      );
      try {
        await session.run(statement, rows, signal);
      } catch (error) {
        if (error instanceof SqlNameError) census.wake();
        throw error;
      }
      census.answered();
      if (gaps.some(({ reason }) => reason === 'FEWER')) census.wake();
      return { asOf, ...(gaps.length === 0 ? {} : { gaps }) };
    },
    sample: (mapping, columns, receive, signal) =>
      session.run(writeSample(dialect, relationOf({ mapping }), columns, SAMPLED_ROWS), receive, signal),
    gapsOf: (mapping) => census.gapsOf(mapping),
    countOf: (mapping) => census.countOf(mapping),
    accept: (mapping, by) => census.accept(mapping, by),
    lossy: async (mapping, columns, signal) => {
      const places = await session.floatsIn(
        writeDescription(dialect, relationOf({ mapping }), columns),
        signal,
      );
      return places.map((at) => columns[at]!);
    },
    open: () => session.open(),
    probe: (signal) => session.probe(signal),
    close: async () => {
      await Promise.all([census.close(), session.close()]);
    },
  };
}

type Aside =
  | { readonly kind: 'age'; readonly scalar: string }
  | { readonly kind: 'floor'; readonly scalar: string; readonly rows: number; readonly mapping: SqlRecord };

/** A key that comes as nobody asked for it is in a writing that the census has not seen. */
function alert(
  asked: readonly Lookup[],
  planned: readonly Lookup[],
  receive: ReceiveRow,
  wake: () => void,
): ReceiveRow {
  const known = new Map<Lookup, ReadonlySet<string>>();
  return (lookup, key, values, owners) => {
    let keys = known.get(lookup);
    if (keys === undefined) {
      const { keys: some, controlKeys } = asked[planned.indexOf(lookup)]!;
      known.set(lookup, (keys = new Set([...some, ...controlKeys])));
    }
    if (typeof key !== 'string' || !keys.has(key)) wake();
    receive(lookup, key, values, owners);
  };
}

interface Database {
  readonly dialect: SqlDialect;
  readonly text: TextSql;
  readonly open: (options: SessionOptions) => SqlSession;
}

/** What an address's scheme says. */
export function databaseOf(address: string): Database {
  return /^(?:mysql|mariadb):/.test(address)
    ? { dialect: mysqlDialect, text: mysqlText, open: openMysql }
    : { dialect: postgresDialect, text: postgresText, open: openPostgres };
}

function relationOf({ mapping }: Pick<Lookup<SqlRecord>, 'mapping'>): Relation {
  // The check let one of the two through.
  return mapping.query === undefined ? { table: mapping.table!.split('.') } : { query: mapping.query };
}
