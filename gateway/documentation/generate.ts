// Every file under docs that has its truth elsewhere, made anew. Needs no source, no service and no network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicies } from '../../policies/engine/load-policies.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { accessMatrix } from './access-matrix.ts';
import { catalogueChapters } from './catalogue-tables.ts';
import { addressTable, configurationTable } from './configuration-tables.ts';
import { errorTable } from './error-tables.ts';
import { goldenCounts } from './golden-counts.ts';
import { readManifestFiles } from './manifest-files.ts';
import { manifestJsonSchema } from './manifest-json-schema.ts';
import { fillMarked } from './markdown.ts';
import { letterTable, measureTable } from './measure-tables.ts';
import { labelTable, metricTable } from './metric-tables.ts';
import { operationBodies } from './operation-bodies.ts';
import { consumerTable, policyTables, purposeTable, roleTable } from './policy-tables.ts';
import { proofTable } from './proof-table.ts';
import { ruleChapters } from './rule-tables.ts';

/** A generated file: its path under the project root, and what it should hold. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Makes every file of `root`, or names what is wrong with its schema or policies. */
export async function generateDocuments(
  root: string,
): Promise<{ files: readonly GeneratedFile[]; problems: readonly Problem[] }> {
  const { catalogue, problems } = loadCatalogue(join(root, 'schema'));
  if (catalogue === undefined) return { files: [], problems };
  const loaded = await loadPolicies(join(root, 'policies'), catalogue);
  if (loaded.policies === undefined) return { files: [], problems: loaded.problems };
  const { policySet, rulebook, remedyLaw } = loaded.policies;
  const { consumers } = policySet;
  const manifests = readManifestFiles(join(root, 'connectors', 'sources'));

  const page = (path: string, places: Readonly<Record<string, string>>): GeneratedFile => {
    const written = readFileSync(join(root, path), 'utf8');
    const text = Object.entries(places).reduce(
      (rest, [name, content]) => fillMarked(rest, name, content),
      written,
    );
    return { path, text };
  };
  const bodies = [...operationBodies(join(root, 'docs', 'operations'))];
  return {
    problems: [],
    files: [
      page('docs/errors.md', { errors: errorTable() }),
      page('docs/configuration.md', {
        configuration: configurationTable(),
        addresses: addressTable(manifests),
      }),
      page('docs/security.md', { proofs: proofTable(manifests) }),
      page('docs/operations.md', { metrics: metricTable(), labels: labelTable() }),
      page('docs/catalogue.md', { catalogue: catalogueChapters(catalogue, manifests) }),
      page('docs/policies.md', {
        consumers: consumerTable(consumers),
        roles: roleTable(consumers),
        purposes: purposeTable(consumers),
        policies: policyTables(policySet),
      }),
      page('docs/rules.md', {
        rules: ruleChapters(rulebook, catalogue, goldenCounts(join(root, 'test', 'golden'))),
      }),
      page('docs/remedies.md', {
        measures: measureTable(remedyLaw.orders),
        letters: letterTable(remedyLaw.orders),
      }),
      page('docs/access-matrix.md', { matrix: accessMatrix(policySet, catalogue) }),
      { path: 'connectors/sources/manifest.schema.json', text: manifestJsonSchema() },
      ...bodies.map(([name, text]) => ({ path: `docs/operations/${name}`, text })),
    ],
  };
}
