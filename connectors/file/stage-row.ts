// A delivered row as it is staged: keys in the one form in which they are compared, what is no key complained of by line,
// and values a spreadsheet has spoilt found out. A row that is nobody's is kept, so that a correction finds it.
import { type KeyReading, type KeyWriting, readKeys, writingOf } from '../key-forms.ts';
import { type KeyFault, keyFaultWords } from '../key-faults.ts';
import type { FileRecord } from '../manifest.ts';
import type { Complain, DeliveredRow } from './delivered-row.ts';
import { type LeftOut, nothingLeftOut } from './drop-rows.ts';
import { cellsOf, identityColumns, keyColumns, stagedColumns, stagedSources } from './staged-columns.ts';

export interface RowStager {
  /** Rows to stage, their values in the order of `stagedNames`: one, or one for each of its keys. None: it was complained of. */
  stage(row: DeliveredRow): readonly (readonly (string | null)[])[];
  /** Rows that were taken so far. */
  readonly staged: number;
  /** What tells the row from every other. */
  identify(row: DeliveredRow): readonly string[] | undefined;
}

/** `complain` hears of what puts the delivery aside, `note` of keys that are nobody's. */
export function stageRowsOf(
  record: FileRecord,
  complain: Complain,
  note: Complain,
  leftOut: LeftOut = nothingLeftOut(),
): RowStager {
  const skipsKeyless = record.delivery.keyless === 'skip';
  const keys = keyColumns(record);
  const subjects = [...record.subjects.values()];
  const writings = keys.map((column) => writingOf(subjects.filter((key) => key.column === column)));
  const identities = identityColumns(record).length;
  const names = stagedSources(record);
  const places = keyPlaces(keys);
  const first = names.length - identities - stagedColumns(record).length;

  /** The text of each key; null where none of its cells holds any. */
  const keysOf = (values: DeliveredRow['values']): readonly (string | null)[] =>
    places.map((cells) => {
      const texts = cells.map((at) => values[at] ?? '');
      return cells.length === 1 ? (values[cells[0]!] ?? null) : texts.join('') || null;
    });

  const identify = ({ line, values }: DeliveredRow): readonly string[] | undefined => {
    const found: string[] = [];
    for (let at = first; at < first + identities; at += 1) {
      const value = values[at]?.trim() ?? '';
      if (value === '') complain('NO_KEY', 'is empty', line, names[at]);
      else found.push(value);
    }
    return found.length === identities ? found : undefined;
  };

  let staged = 0;
  return {
    get staged() {
      return staged;
    },
    identify,
    stage: (row) => {
      const { line, values } = row;
      const written = keysOf(values);
      if (row.out === true) {
        // A rule that looks at places and beginnings can be wrong about a row; one that holds a key is a record.
        const holdsKey = writings.some((writing, at) =>
          readKeys(written[at], writing).some(({ kind }) => kind !== 'unusable'),
        );
        if (holdsKey) complain('LEFT_OUT', 'is to be left out and holds a key', line);
        else leftOut.dropped += 1;
        return [];
      }
      if (skipsKeyless && writings.every((writing, at) => isKeyless(written[at], writing))) {
        leftOut.keyless += 1;
        return [];
      }
      const rest: (string | null)[] = [];
      let right = true;
      for (let at = first + identities; at < names.length; at += 1) {
        const value = values[at] ?? null;
        if (value !== null && isSpoilt(value)) {
          complain('SPOILT', 'was made a number by a spreadsheet', line, names[at]);
          right = false;
        }
        rest.push(value);
      }
      const identity = identify(row);
      staged += 1;
      if (!right || identity === undefined) return [];
      let fault: KeyFault | null = null;
      const readings = writings.map((writing, at) => readKeys(written[at], writing));
      // A row needs a key in one of its columns, not in all.
      const isSomebodys = readings.some((read) => read.some(({ kind }) => kind !== 'unusable'));
      readings.forEach((read, at) => {
        for (const reading of read) {
          if (reading.kind !== 'unusable' || (reading.fault === 'EMPTY' && isSomebodys)) continue;
          fault ??= reading.fault;
          note('UNUSABLE_KEY', reasonFor(reading.fault), line, keys[at]);
        }
      });
      // A fault is the row's, however many keys it has: it is counted once.
      return combined(readings.map(subjectsIn)).map((of, at) => [
        ...of,
        at === 0 ? fault : null,
        ...identity,
        ...rest,
      ]);
    },
  };
}

/** Where the cells of each key stand among the sources. */
function keyPlaces(keys: readonly string[]): readonly (readonly number[])[] {
  let next = 0;
  return keys.map((key) => cellsOf(key).map(() => next++));
}

const isKeyless = (value: string | null | undefined, writing: KeyWriting): boolean =>
  readKeys(value, writing).every((read) => read.kind === 'unusable' && read.fault === 'EMPTY');

/** `CHECK_DIGIT: a key whose check place is wrong`. */
function reasonFor(fault: KeyFault): string {
  return `${fault}: ${keyFaultWords[fault].what.en}`;
}

/** One reading for each subject of a cell: an organisation code beside the code it is a part of is nobody else's. */
function subjectsIn(read: readonly KeyReading[]): readonly KeyReading[] {
  if (read.length === 1) return read;
  const usable = read.filter(({ kind }) => kind !== 'unusable');
  const distinct = usable.filter(
    ({ key = '' }, at) =>
      usable.findIndex((other) => other.key === key) === at &&
      !usable.some((other) => other.key?.length === 18 && other.key.slice(8, 17) === key),
  );
  return distinct.length > 0 ? distinct : read.slice(0, 1);
}

/** Every combination of one key from each column; nearly always one. */
function combined(readings: readonly (readonly KeyReading[])[]): (string | null)[][] {
  return readings.reduce<(string | null)[][]>(
    (rows, read) => rows.flatMap((row) => read.map(({ key }) => [...row, key ?? null])),
    [[]],
  );
}

const SCIENTIFIC = /^\s*[+-]?[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}\s*$/i;

/** `3.10101E+17`. */
function isSpoilt(value: string): boolean {
  return value.length >= 5 && value.length <= 30 && SCIENTIFIC.test(value);
}
