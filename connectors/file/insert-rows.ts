// Writes rows into a staging table in batches bounded by number and size, and says how far it is.
import type pg from 'pg';

export interface Insertion {
  readonly client: pg.PoolClient;
  /** Qualified and quoted. */
  readonly table: string;
  /** Quoted columns and their SQL types, in the order of the values. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Told of the number of rows from time to time. */
  readonly progress: (rows: number) => void;
}

const ROWS_A_BATCH = 5000;
const CHARACTERS_A_BATCH = 4_000_000;
const ROWS_A_PROGRESS_LINE = 250_000;

export interface RowWriter {
  /** Takes a row; resolves when there is room for the next. */
  write(values: readonly (string | number | null)[]): Promise<void> | undefined;
  /** Resolves with the number of rows when all are written. */
  end(): Promise<number>;
}

export function openRowWriter({ client, table, columns, progress }: Insertion): RowWriter {
  const arrays = columns.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ');
  const names = columns.map(({ name }) => name).join(', ');
  const text = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`;
  const empty = (): (string | number | null)[][] => columns.map(() => []);
  let batch = empty();
  let characters = 0;
  let waiting = 0;
  let rows = 0;
  const flush = async (): Promise<void> => {
    const values = batch;
    batch = empty();
    waiting = 0;
    characters = 0;
    await client.query({ text, values });
  };
  return {
    write: (values) => {
      rows += 1;
      waiting += 1;
      for (let at = 0; at < values.length; at += 1) {
        const value = values[at]!;
        batch[at]!.push(value);
        if (typeof value === 'string') characters += value.length;
      }
      if (rows % ROWS_A_PROGRESS_LINE === 0) progress(rows);
      return waiting >= ROWS_A_BATCH || characters >= CHARACTERS_A_BATCH ? flush() : undefined;
    },
    end: async () => {
      if (waiting > 0) await flush();
      return rows;
    },
  };
}
