// docs/security.md: what shows of every source that its silence means absence. Read from the manifests that are shipped.
import type { ManifestFile, ManifestRecord } from './manifest-files.ts';
import { code, table } from './markdown.ts';

/** Source and record types × proof; record types with the same proofs share a line. */
export function proofTable(manifests: readonly ManifestFile[]): string {
  const rows = manifests.flatMap((manifest) => {
    const lines = new Map<string, string[]>();
    for (const [name, record] of Object.entries(manifest.records)) {
      const proof = proofsOf(manifest, record).join('; ');
      lines.set(proof, [...(lines.get(proof) ?? []), name]);
    }
    return [...lines].map(([proof, names]) => [
      code(manifest.source),
      names.map(code).join(', '),
      proof,
      ageOf(manifest),
    ]);
  });
  return table(
    ['Source 来源', 'Records 记录类型', 'Silence is proven by 以何证明“无记录”', 'Age is known by 数据时龄'],
    rows,
  );
}

function proofsOf({ transport }: ManifestFile, record: ManifestRecord): readonly string[] {
  const { subjects, unusableKeys, atLeast, delivery } = record;
  const kinds = Object.entries(subjects)
    .filter(([, key]) => key.control)
    .map(([kind]) => kind);
  const through = Object.values(subjects).some(({ crosswalk }) => crosswalk?.control === true);
  const proofs: string[] = [];
  if (kinds.length > 0)
    proofs.push(
      `a control asked with every question (${[...kinds, ...(through ? ['crosswalk'] : [])].join(', ')})`,
    );
  if (transport === 'sql') proofs.push(`the census of its keys, at least ${atLeast} rows`);
  if (delivery !== undefined) {
    const { sidecar, trailer } = delivery.check;
    const by =
      sidecar !== undefined ? `the ${sidecar} beside it` : trailer !== undefined ? 'its trailer' : 'a person';
    proofs.push(`a delivery that ${by} calls whole, at least ${atLeast} rows`);
  }
  if (proofs.length === 0) proofs.push('nothing: nobody is CLEAR by it');
  if (transport === 'sql' || transport === 'file')
    proofs.push(`rows that are nobody’s: ${unusableKeys} at most`);
  return proofs;
}

function ageOf({ transport, freshness }: ManifestFile): string {
  const limit = freshness === undefined ? 'no limit' : `${freshness.maxAge} at most`;
  if (transport === 'file') return `the day in the delivery’s name; ${limit}`;
  if (transport === 'http' || transport === 'soap') return `the answer’s own time; ${limit}`;
  return freshness?.at === undefined ? 'asked live' : `what the source says with every answer; ${limit}`;
}
