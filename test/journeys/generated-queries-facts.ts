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
  /** Rows of a subject, in the order the gateway has them where it may know the order's column, else the source's. */
  rowsOf(record: RecordType, id: string, fetched: ReadonlySet<string>): readonly RecordRow[];
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
  const unordered = new Map<string, SourceAnswer>();
  const orderedBy = new Map<string, readonly string[]>();
  for (const manifest of manifests) {
    const records = [...snapshot.catalogue.sources.get(manifest.source)!.records.values()];
    const ask = (leftOut: (record: string) => readonly string[]): Promise<SourceAnswer> => {
      const steps = records.map(({ name, fields }) => ({
        record: name,
        fields: brandPermitted([...fields.keys()].filter((field) => !leftOut(name).includes(field))),
      }));
      return connectors.get(manifest.source)!.fetch({ subjects, steps }, AbortSignal.timeout(10_000));
    };
    for (const { record, order, fields } of manifest.records.values()) {
      const names = order.map(
        (column) => [...fields.values()].find((field) => field.column === column)!.field,
      );
      if (names.length > 1) throw new Error(`${record} is ordered by more than one column`);
      orderedBy.set(record, names);
    }
    answers.set(manifest.source, await ask(() => []));
    unordered.set(manifest.source, await ask((record) => orderedBy.get(record) ?? []));
  }
  await Promise.all([...connectors.values()].map((connector) => connector.close()));
  return {
    answerOf: (source) => answers.get(source)!,
    rowsOf: (record, id, fetched) => {
      const rows = answers.get(record.source)!.rows.get(record.name)?.get(id) ?? [];
      const order = orderedBy.get(record.name) ?? [];
      if (order.every((field) => fetched.has(field))) return rows;
      const left = [...rows];
      return (unordered.get(record.source)!.rows.get(record.name)?.get(id) ?? []).map((short) => {
        const same = left.findIndex((row) =>
          Object.keys(short).every((key) => String(row[key]) === String(short[key])),
        );
        return left.splice(same, 1)[0]!;
      });
    },
  };
}
