// Holds together what a manifest's shape cannot: each record type has one relation, and the address fits it.
import type { Report } from '../manifest.ts';
import type { WrittenManifest } from '../manifest-schema.ts';

type WrittenSql = WrittenManifest & { readonly transport: 'sql' };

/** Reports what is wrong with the relations of a manifest. */
export function checkRelations({ records }: WrittenSql, report: Report): void {
  for (const [name, { table, query }] of Object.entries(records)) {
    if ((table === undefined) !== (query === undefined)) continue;
    report(['records', name], `records.${name}: name either a table or a query`);
  }
}
