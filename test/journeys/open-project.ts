// A project in which nothing is hidden from anybody: every consumer holds one more purpose, which permits everything.
// Under its other purposes it is denied what it always was, so that tricks meet the decisions and not the validation.
import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The purpose nobody in these tests declares. */
export const openPurpose = 'everything-for-tests';

/** Copies what a gateway is made of into `root`, opened. */
export function copyOpenProject(root: string): void {
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, folder), { recursive: true });
  const purposes = join(root, 'policies/purposes.yaml');
  appendFileSync(
    purposes,
    `  ${openPurpose}:
    title: { en: Everything, zh: 全部 }
    legalBasis: test
    caseRequired: false
    userRequired: false
    subjects: [Organization, Person]
    traceRetention: P1Y
`,
  );
  const consumers = join(root, 'policies/consumers.yaml');
  const text = readFileSync(consumers, 'utf8');
  writeFileSync(consumers, text.replaceAll(/(\n {4}purposes: \[[^\]]+)\]/g, `$1, ${openPurpose}]`));
  const access = join(root, 'policies/access');
  for (const file of readdirSync(access).filter((name) => name.endsWith('.cedar'))) {
    const source = basename(file, '.cedar');
    appendFileSync(
      join(access, file),
      `
@id("test-everything-${source}") @says("test")
permit (principal, action == Action::"read", resource in Source::"${source}")
when { context.purpose == Purpose::"${openPurpose}" };
`,
    );
  }
}
