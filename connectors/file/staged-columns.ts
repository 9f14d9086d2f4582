// Columns of a staging table: what the manifest maps, the keys subjects are found by, and, where changes are delivered,
// what tells one row from another. Nothing else of a delivery is kept.
import { createHash } from 'node:crypto';
import type { FileRecord } from '../manifest.ts';

/** Columns a staging table has under their own names. */
export function stagedColumns(record: FileRecord): readonly string[] {
  return [...new Set([...record.fields.values()].map((field) => field.column))];
}

/** Columns subjects are found by. */
export function keyColumns(record: FileRecord): readonly string[] {
  return [...new Set([...record.subjects.values()].map((key) => key.column))];
}

/** The columns of the delivery that a key is made of: `前半 + 后半` is one key out of two cells. */
export const cellsOf = (keyColumn: string): readonly string[] => keyColumn.split(' + ');

/** Columns that tell one row from every other; none where only full deliveries come. */
export function identityColumns(record: FileRecord): readonly string[] {
  return record.delivery.deltas?.key ?? [];
}

/** The leading space keeps these names apart from every header, which are trimmed. */
const keyName = (at: number): string => ` key${at}`;
const identityName = (at: number): string => ` id${at}`;

/** What is wrong with a key of the row; null where nothing is. */
export const FAULT_COLUMN = ' fault';

/** The column of comparable keys made from `column`. */
export function stagedKeyColumn(record: FileRecord, column: string): string {
  return keyName(keyColumns(record).indexOf(column));
}

/** Names of all columns of the staging table, in their order. */
export interface StagedNames {
  readonly keys: readonly string[];
  readonly identity: readonly string[];
  readonly all: readonly string[];
  /** What no two rows have in common; a row of several keys is staged for each of them. */
  readonly unique: readonly string[];
}

export function stagedNames(record: FileRecord): StagedNames {
  const keys = keyColumns(record).map((_, at) => keyName(at));
  const identity = identityColumns(record).map((_, at) => identityName(at));
  const all = [...keys, FAULT_COLUMN, ...identity, ...stagedColumns(record)];
  const several = [...record.subjects.values()].some(({ separators }) => separators.length > 0);
  return { keys, identity, all, unique: several ? [...identity, ...keys] : identity };
}

/** Columns of the delivery from which the staged ones are made, in their order; a key may be made of several. */
export function stagedSources(record: FileRecord): readonly string[] {
  return [...keyColumns(record).flatMap(cellsOf), ...identityColumns(record), ...stagedColumns(record)];
}

/** What decides a staging table's content, apart from the delivery. A changed manifest is another shape and loads anew. */
export function shapeOf(record: FileRecord): string {
  const { pattern: _pattern, shrink: _shrink, check: _check, deltas, ...reading } = record.delivery;
  const writings = [...record.subjects.values()].map(({ forms, separators }) => [
    forms.map(({ name }) => name),
    separators,
  ]);
  const decisive = [
    reading,
    deltas?.key,
    deltas?.operation,
    stagedNames(record),
    stagedSources(record),
    writings,
  ];
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16);
}
