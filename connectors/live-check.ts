// Holds a source against its manifest while it runs: can it be reached, are the columns there, can their values be read,
// are its codes known, are its keys anybody's? Values are looked at and told to nobody; only codes that cannot be values
// are named.
import type { GapReason, Subject } from './contract.ts';
import type { KeyCount } from './key-count.ts';
import type { KeyFault } from './key-faults.ts';
import { type KeyWriting, readKeys } from './key-forms.ts';
import type { Manifest, RecordMapping } from './manifest.ts';
import { driftOf } from './mapping.ts';
import { SourceError } from './source-error.ts';
import type { Lookup, ReceiveRow, Transport } from './transport.ts';
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
  /** How the keys are written: of all rows where the transport counts them, else of those looked at. */
  readonly keys?: KeyCount;
  /** Why nobody is clear by this record type. */
  readonly gaps: readonly GapReason[];
  /** No row could be looked at, though nothing went wrong. */
  readonly blind?: 'no rows' | 'a subject is needed';
  /** Fields whose column's type keeps only some digits: what it holds is read exactly, and may not be what was written. */
  readonly lossy?: readonly string[];
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
  const seen = seeKeys();
  // What has been counted is known without a row, too.
  const counted = (): Pick<LiveFinding, 'source' | 'record' | 'keys' | 'gaps'> => {
    const keys = transport.countOf?.(mapping) ?? seen.count();
    return {
      source,
      record: mapping.record,
      gaps: transport.gapsOf?.(mapping) ?? [],
      ...(keys.rows === 0 ? {} : { keys }),
    };
  };
  let lossy: readonly string[] = [];
  try {
    if (transport.sample === undefined) {
      const lookups = lookupsFor(mapping, columns, subjects);
      if (lookups.length === 0) return { ...counted(), rows, drift: [], blind: 'a subject is needed' };
      const receiveRow: ReceiveRow = ({ keyColumn }, key, values) => {
        seen.note(key, writingIn(mapping, keyColumn));
        receive(values);
      };
      await transport.exchange(lookups, receiveRow, signal);
    } else {
      await transport.sample(mapping, columns, receive, signal);
    }
    const rounded = new Set(await transport.lossy?.(mapping, columns, signal));
    lossy = [...mapping.fields.values()]
      .filter(({ column }) => rounded.has(column))
      .map(({ field }) => `${mapping.record}.${field}`);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ...counted(), rows, drift: [...drift.values()], failure: `${error.code}: ${error.message}` };
  }
  return {
    ...counted(),
    rows,
    drift: [...drift.values()],
    ...(rows === 0 ? { blind: 'no rows' as const } : {}),
    ...(lossy.length === 0 ? {} : { lossy }),
  };
}

/** Counts the keys of rows that are looked at. */
function seeKeys(): {
  readonly note: (key: unknown, writing: KeyWriting) => void;
  readonly count: () => KeyCount;
} {
  let [rows, masked] = [0, 0];
  const unusable: Partial<Record<KeyFault, number>> = {};
  return {
    note: (key, writing) => {
      rows += 1;
      const readings = readKeys(key, writing);
      const faulty = readings.find((reading) => reading.kind === 'unusable');
      if (faulty?.kind === 'unusable') unusable[faulty.fault] = (unusable[faulty.fault] ?? 0) + 1;
      else if (readings.some(({ kind }) => kind === 'masked')) masked += 1;
    },
    count: () => ({ rows, rewritten: 0, masked, unusable }),
  };
}

function writingIn({ subjects }: RecordMapping, keyColumn: string): KeyWriting {
  const keys = [...subjects.values()].filter(({ column }) => column === keyColumn);
  return {
    forms: keys.flatMap(({ forms }) => forms),
    separators: keys.flatMap(({ separators }) => separators),
  };
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
