// The sql transport: an agency's tables, views or queries, every record type of a request in one statement. The
// address's scheme says which kind of database it is.
import type { SqlManifest, SqlRecord } from '../manifest.ts';
import type { Lookup, Transport } from '../transport.ts';
import type { SessionOptions, SqlDialect, SqlSession } from './dialect.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { openMysql } from './mysql.ts';
import { openPostgres, postgresDialect } from './postgres.ts';
import { type Relation, readBranches, writeSample, writeStatement } from './statement.ts';

/** Rows looked at by a check of the columns. */
export const SAMPLED_ROWS = 20;

export function openSql(manifest: SqlManifest): Transport<SqlRecord> {
  const { address, source, limits, tls } = manifest;
  const { dialect, open } = databaseOf(address);
  const session = open({ address, source, tls, ...limits });
  return {
    exchange: async (lookups, receive, signal) => {
      const statement = writeStatement(dialect, lookups, relationOf);
      await session.run(statement, readBranches(lookups, receive), signal);
      return { asOf: undefined };
    },
    sample: (mapping, columns, receive, signal) =>
      session.run(writeSample(dialect, relationOf({ mapping }), columns, SAMPLED_ROWS), receive, signal),
    probe: (signal) => session.probe(signal),
    close: () => session.close(),
  };
}

interface Database {
  readonly dialect: SqlDialect;
  readonly open: (options: SessionOptions) => SqlSession;
}

/** What an address's scheme says. */
export function databaseOf(address: string): Database {
  return /^(?:mysql|mariadb):/.test(address)
    ? { dialect: mysqlDialect, open: openMysql }
    : { dialect: postgresDialect, open: openPostgres };
}

function relationOf({ mapping }: Pick<Lookup<SqlRecord>, 'mapping'>): Relation {
  // The check let one of the two through.
  return mapping.query === undefined ? { table: mapping.table!.split('.') } : { query: mapping.query };
}
