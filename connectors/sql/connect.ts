// The sql transport: an agency's tables or views, every record type of a request in one statement.
import type { SqlManifest, SqlRecord } from '../manifest.ts';
import type { Lookup, Transport } from '../transport.ts';
import { openPostgres, postgresDialect } from './postgres.ts';
import { type Relation, readBranches, writeStatement } from './statement.ts';

export function openSql(manifest: SqlManifest): Transport<SqlRecord> {
  const { address, source, limits } = manifest;
  const session = openPostgres({ address, source, ...limits });
  return {
    exchange: async (lookups, receive, signal) => {
      const statement = writeStatement(postgresDialect, lookups, relationOf);
      await session.run(statement, readBranches(lookups, receive), signal);
      return { asOf: undefined };
    },
    probe: (signal) => session.probe(signal),
    close: () => session.close(),
  };
}

function relationOf(lookup: Lookup<SqlRecord>): Relation {
  return { table: lookup.mapping.table.split('.') };
}
