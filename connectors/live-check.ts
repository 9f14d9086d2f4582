// Holds a source against its manifest while it runs: can it be reached, are the columns there, can their values be read,
// are its codes known? Values are looked at and told to nobody; only codes that cannot be values are named.
import type { Subject } from './contract.ts';
import type { Manifest, RecordMapping } from './manifest.ts';
import { driftOf } from './mapping.ts';
import { SourceError } from './source-error.ts';
import type { Lookup, Transport } from './transport.ts';
import type { Drift } from './watch.ts';

/** What was found about one record type. */
export interface LiveFinding {
  readonly source: string;
  readonly record: string;
  /** Rows that were looked at. */
  readonly rows: number;
  /** Every departure once, whatever the number of rows. */
  readonly drift: readonly Drift[];
  /** Code and detail of what went wrong, for an operator. */
  readonly failure?: string;
  /** No row could be looked at, though nothing went wrong. */
  readonly blind?: 'no rows' | 'a subject is needed';
}

/** Looks at every record type. `subjects` are asked about where a source answers by keys alone. */
export async function checkLive(
  manifest: Manifest,
  transport: Transport,
  subjects: readonly Subject[],
  signal: AbortSignal,
): Promise<readonly LiveFinding[]> {
  const findings: LiveFinding[] = [];
  for (const mapping of manifest.records.values()) {
    findings.push(await checkRecord(manifest.source, mapping, transport, subjects, signal));
  }
  return findings;
}

async function checkRecord(
  source: string,
  mapping: RecordMapping,
  transport: Transport,
  subjects: readonly Subject[],
  signal: AbortSignal,
): Promise<LiveFinding> {
  const columns = [...new Set([...mapping.fields.values()].map(({ column }) => column))];
  const drift = new Map<string, Drift>();
  let rows = 0;
  const receive = (values: readonly unknown[]): void => {
    rows += 1;
    for (const one of driftOf(mapping, columns, values)) {
      drift.set(`${one.kind} ${one.coordinate} ${one.value ?? ''}`, { source, ...one });
    }
  };
  const base = { source, record: mapping.record };
  try {
    if (transport.sample === undefined) {
      const lookups = lookupsFor(mapping, columns, subjects);
      if (lookups.length === 0) return { ...base, rows, drift: [], blind: 'a subject is needed' };
      await transport.exchange(lookups, (_lookup, _key, values) => receive(values), signal);
    } else {
      await transport.sample(mapping, columns, receive, signal);
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ...base, rows, drift: [...drift.values()], failure: `${error.code}: ${error.message}` };
  }
  return { ...base, rows, drift: [...drift.values()], ...(rows === 0 ? { blind: 'no rows' as const } : {}) };
}

function lookupsFor(
  mapping: RecordMapping,
  columns: readonly string[],
  subjects: readonly Subject[],
): Lookup[] {
  return [...mapping.subjects].flatMap(([kind, key]) => {
    const keys = subjects
      .filter((subject) => subject.kind === kind)
      .flatMap(({ id }) => key.forms.flatMap((form) => form.keysOf(id)));
    if (keys.length === 0) return [];
    return [
      { mapping, keyColumn: key.column, keys: [...new Set(keys)], columns, controlKeys: [], conditions: [] },
    ];
  });
}
