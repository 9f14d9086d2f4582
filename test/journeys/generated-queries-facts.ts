// Fetches all an agency holds of the pool, every column, before any question is asked: the oracle's only data.
import type { RecordRow, SourceAnswer, Subject } from '../../connectors/contract.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import { openConnectors } from '../../connectors/open.ts';
import type { PolicySnapshot } from '../../gateway/request/snapshot.ts';
import { brandPermitted } from '../../policies/engine/permitted.ts';
import type { RecordType } from '../../schema/catalogue.ts';

/** What the agencies hold of the pool, whole. */
export interface Everything {
  answerOf(source: string): SourceAnswer;
  /** Rows of a subject, in an order that is not the source's. */
  rowsOf(record: RecordType, id: string): readonly RecordRow[];
  /** Rows that may be the subject's. */
  candidatesOf(record: RecordType, id: string): readonly RecordRow[];
  /** Fields by which the manifest orders a record type. */
  orderOf(record: RecordType): readonly string[];
}

export async function fetchEverything(
  snapshot: PolicySnapshot,
  manifests: readonly Manifest[],
  stagingUrl: string,
  subjects: readonly Subject[],
  clock: () => Date,
): Promise<Everything> {
  const quiet = (): void => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  const connectors = await openConnectors({ manifests, stagingUrl, clock, log });
  const answers = new Map<string, SourceAnswer>();
  const orderedBy = new Map<string, readonly string[]>();
  for (const manifest of manifests) {
    const records = [...snapshot.catalogue.sources.get(manifest.source)!.records.values()];
    const steps = records.map(({ name, fields }) => ({
      record: name,
      fields: brandPermitted([...fields.keys()]),
    }));
    for (const { record, order } of manifest.records.values()) orderedBy.set(record, order);
    const connector = connectors.get(manifest.source)!;
    answers.set(manifest.source, await connector.fetch({ subjects, steps }, AbortSignal.timeout(10_000)));
  }
  await Promise.all([...connectors.values()].map((connector) => connector.close()));
  return {
    answerOf: (source) => answers.get(source)!,
    rowsOf: (record, id) => [...(answers.get(record.source)!.rows.get(record.name)?.get(id) ?? [])].reverse(),
    candidatesOf: (record, id) => answers.get(record.source)!.candidates?.get(record.name)?.get(id) ?? [],
    orderOf: (record) => orderedBy.get(record.name) ?? [],
  };
}
