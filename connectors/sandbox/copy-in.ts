// Loads rows into a PostgreSQL table by COPY, streaming: neither side ever holds the table in memory.
import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';

type Cell = string | null;

/** What the driver's connection offers for COPY; its published types leave it out. */
interface CopyConnection {
  readonly stream: { readonly writableLength: number; once(event: 'drain', done: () => void): unknown };
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** Text per chunk, and bytes that may wait in the socket before generation pauses. */
const CHUNK = 64 * 1024;
const WAITING = 1024 * 1024;

class CopyIn extends pg.Query {
  readonly #rows: Iterable<readonly Cell[]>;
  readonly #state = { over: false };

  constructor(
    text: string,
    rows: Iterable<readonly Cell[]>,
    done: (error: Error | undefined | null) => void,
  ) {
    super(text, [], (error: Error | undefined | null) => {
      this.#state.over = true;
      done(error);
    });
    this.#rows = rows;
  }

  /** Called by the driver when the server waits for data. */
  handleCopyInResponse(connection: CopyConnection): void {
    this.#send(connection).then(
      () => connection.endCopyFrom(),
      (error: unknown) => connection.sendCopyFail(String(error)),
    );
  }

  async #send(connection: CopyConnection): Promise<void> {
    let text = '';
    const flush = async (): Promise<void> => {
      connection.sendCopyFromChunk(Buffer.from(text));
      text = '';
      if (connection.stream.writableLength > WAITING) {
        await new Promise<void>((done) => connection.stream.once('drain', done));
      } else {
        await breathe();
      }
    };
    for (const row of this.#rows) {
      text += line(row);
      if (text.length < CHUNK) continue;
      if (this.#state.over) return;
      await flush();
    }
    if (text !== '') await flush();
  }
}

/** COPY's text format: tab-separated, \N for NULL. */
function line(row: readonly Cell[]): string {
  let text = '';
  for (let at = 0; at < row.length; at += 1) {
    const cell = row[at];
    if (at > 0) text += '\t';
    text += cell === null || cell === undefined ? '\\N' : /[\\\t\n\r]/.test(cell) ? escape(cell) : cell;
  }
  return `${text}\n`;
}

function escape(cell: string): string {
  return cell
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

/**
 * Copies rows, values in the order of `columns`, read one by one as the server takes them.
 * @param table a constant of ours, never input
 * @throws the server's error; then no row is kept
 */
export function copyIn(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(
      new CopyIn(`copy ${table} (${columns.join(', ')}) from stdin`, rows, (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
  });
}
