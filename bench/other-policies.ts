// Policy folders made for measuring: one that allows everything, to weigh the policies against, and one with as
// many fields and policies as a large city would have.
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeDecisionTable } from '../policies/engine/decision-table.ts';
import { loadPolicies } from '../policies/engine/load-policies.ts';
import { loadCatalogue } from '../schema/catalogue.ts';
import { quantile } from './load.ts';

/** Copies the definition under `root` to `target` with access policies that allow everything to everybody. */
export async function allowEverything(root: string, target: string): Promise<void> {
  await copyDefinition(root, target);
  const access = join(target, 'policies', 'access');
  for (const name of await readdir(access)) {
    const source = basename(name, '.cedar');
    const text = `@id("open-${source}")\n@says("Everything. 全部。")\npermit (principal, action, resource in Source::"${source}");\n`;
    await writeFile(join(access, name), text);
  }
}

/** What a decision table costs when nothing is cached; milliseconds, median of fresh tables. */
export interface ColdTable {
  readonly coordinates: number;
  readonly policies: number;
  readonly median: number;
}

const recordTypes = 16;
const fieldsEach = 10;
const morePolicies = 170;
const tables = 15;

/** Makes tables for a source of 160 further fields under 170 further policies, half of them with row conditions. */
export async function measureColdTable(root: string, target: string): Promise<ColdTable> {
  await copyDefinition(root, target);
  await writeFile(join(target, 'schema', 'large.graphql'), largeSdl());
  await writeFile(join(target, 'policies', 'access', 'large.cedar'), largePolicies());
  const { catalogue } = loadCatalogue(join(target, 'schema'));
  const loaded =
    catalogue === undefined ? undefined : await loadPolicies(join(target, 'policies'), catalogue);
  if (catalogue === undefined || loaded?.policies === undefined)
    throw new Error('the large policy set does not load');
  const { policySet } = loaded.policies;
  const times: number[] = [];
  for (const consumer of policySet.consumers.consumers.values()) {
    const purpose = policySet.consumers.purposes.get(consumer.purposes[0]!)!;
    for (let round = 0; round < tables; round += 1) {
      // Nothing may be remembered from the table before: a set of its own each time.
      const fresh = { ...policySet, policies: policySet.policies.map((policy) => ({ ...policy })) };
      const started = performance.now();
      makeDecisionTable(fresh, catalogue, { consumer, purpose, caseGiven: true, userGiven: true });
      times.push(performance.now() - started);
    }
  }
  times.sort((a, b) => a - b);
  return {
    coordinates: catalogue.coordinates.size,
    policies: policySet.policies.length,
    median: quantile(times, 0.5),
  };
}

async function copyDefinition(root: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  for (const folder of ['schema', 'policies', join('connectors', 'sources')]) {
    await mkdir(join(target, folder), { recursive: true });
    await cp(join(root, folder), join(target, folder), { recursive: true });
  }
}

function largeSdl(): string {
  const types = Array.from({ length: recordTypes }, (_, type) => {
    const fields = Array.from(
      { length: fieldsEach },
      (_, field) => `  "A field. 字段。"\n  f${type}x${field}: String`,
    );
    return `type Large${type} @classified(sharing: CONDITIONAL, level: 2) {\n${fields.join('\n')}\n}`;
  });
  const lists = types.map((_, type) => `  list${type}: [Large${type}!]`);
  return `extend type Organization {\n  large: LargeSection\n}\ntype LargeSection implements Section {\n  source: String!\n  state: SectionState!\n  asOf: DateTime\n${lists.join('\n')}\n}\n${types.join('\n')}\n`;
}

function largePolicies(): string {
  return Array.from({ length: morePolicies }, (_, index) => {
    const type = index % recordTypes;
    const field = index % fieldsEach;
    const condition =
      index % 2 === 0
        ? `context.row has f${type}x${field} && context.row.f${type}x${field} == "open"`
        : 'context.purpose == Purpose::"government-procurement" || resource.level < 3';
    return `@id("large-${index}")\npermit (principal, action == Action::"${index % 3 === 0 ? 'readMasked' : 'read'}", resource in RecordType::"Large${type}")\nwhen { ${condition} };`;
  }).join('\n\n');
}
