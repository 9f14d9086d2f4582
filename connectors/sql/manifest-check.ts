// Holds together what a manifest's shape cannot: each record type has one relation, and the address fits it.
import type { Report } from '../manifest.ts';
import type { WrittenManifest } from '../manifest-schema.ts';

type WrittenSql = WrittenManifest & { readonly transport: 'sql' };

/** Reports a way to tell the age of the data that the database at the address does not have. */
export function checkAge({ freshness }: WrittenSql, address: string, report: Report): void {
  if (freshness?.replica !== true || !/^(?:mysql|mariadb):/.test(address)) return;
  report(
    ['freshness', 'replica'],
    'freshness.replica: PostgreSQL alone can say it; name a heartbeat with at',
  );
}

/** Reports what is wrong with the relations of a manifest. */
export function checkRelations({ records }: WrittenSql, report: Report): void {
  for (const [name, { table, query }] of Object.entries(records)) {
    if ((table === undefined) !== (query === undefined)) continue;
    report(['records', name], `records.${name}: name either a table or a query`);
  }
}
