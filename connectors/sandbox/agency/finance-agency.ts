// The finance bureau: it delivers files into a drop folder, CSV in GB18030 as its system exports them and JSON
// Lines. A delivery appears under its name whole or not at all, and is written as it is made.
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import iconv from 'iconv-lite';
import {
  FINANCE_COLUMNS,
  financeRows,
  type FinanceFile,
  type FinanceRow,
} from '../generator/finance-records.ts';
import { GENERATOR_VERSION, type World } from '../generator/world.ts';

/** One delivery of one file. */
export interface Delivery {
  readonly file: FinanceFile;
  /** YYYY-MM-DD: the day the data speak of, and part of the name. */
  readonly date: string;
  /** 1 to 99: the newest by date and sequence counts. */
  readonly sequence: number;
  readonly rows: Iterable<FinanceRow>;
}

const CHUNK = 64 * 1024;

/** Writes a delivery and gives it its name when it is complete. Resolves with its path. */
export async function deliver(drop: string, delivery: Delivery): Promise<string> {
  const path = join(drop, nameOf(delivery));
  // Outside the pattern of the deliveries until it is whole.
  const draft = join(drop, `.${nameOf(delivery)}.part`);
  await pipeline(Readable.from(chunks(delivery)), createWriteStream(draft));
  await rename(draft, path);
  return path;
}

function isCsv(file: FinanceFile): boolean {
  return file === 'debt' || file === 'arrears';
}

function nameOf({ file, date, sequence }: Pick<Delivery, 'file' | 'date' | 'sequence'>): string {
  const extension = isCsv(file) ? 'csv' : 'jsonl';
  return `${file}-${date.replaceAll('-', '')}-${String(sequence).padStart(2, '0')}.${extension}`;
}

function* chunks({ file, rows }: Delivery): Generator<Buffer> {
  const columns = FINANCE_COLUMNS[file];
  const encode = (text: string): Buffer => (isCsv(file) ? iconv.encode(text, 'gb18030') : Buffer.from(text));
  let text = isCsv(file) ? `${columns.join(',')}\r\n` : '';
  for (const row of rows) {
    text += isCsv(file)
      ? `${columns.map((column) => csvCell(row[column])).join(',')}\r\n`
      : `${JSON.stringify(row)}\n`;
    if (text.length < CHUNK) continue;
    yield encode(text);
    text = '';
  }
  yield encode(text);
}

function csvCell(value: string | boolean | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Makes the first deliveries of a world, unless they are there already; those of another world or day go.
 * @param memo file outside the drop folder that remembers what was delivered
 */
export async function deliverWorld(drop: string, memo: string, world: World): Promise<void> {
  await mkdir(drop, { recursive: true });
  const wanted = [GENERATOR_VERSION, world.seed, world.organisations, world.today].join('/');
  const files = Object.keys(FINANCE_COLUMNS) as FinanceFile[];
  const made = files.map((file) => nameOf({ file, date: world.today, sequence: 1 }));
  const present = await readdir(drop);
  const delivered = await readFile(memo, 'utf8').catch(() => '');
  if (delivered === wanted && made.every((name) => present.includes(name))) return;
  for (const file of files) {
    await deliver(drop, { file, date: world.today, sequence: 1, rows: financeRows(world, file) });
  }
  const ours = new RegExp(`^\\.?(?:${files.join('|')})-\\d{8}-\\d{2}\\.`);
  for (const name of present.filter((one) => ours.test(one) && !made.includes(one))) {
    await rm(join(drop, name), { force: true });
  }
  await writeFile(memo, wanted);
}
