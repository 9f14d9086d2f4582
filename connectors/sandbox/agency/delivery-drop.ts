// Agencies that deliver files into a drop folder, CSV as their systems export it or JSON Lines. A delivery appears under
// its name whole or not at all, and is written as it is made.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import iconv from 'iconv-lite';
import { GENERATOR_VERSION, type World } from '../generator/world.ts';

/** A row: columns to values; null is an empty CSV field or JSON null. */
export type DeliveredRow = Readonly<Record<string, string | boolean | null>>;

/** One file of an agency. `format`: CSV in that encoding, or JSON Lines in UTF-8. */
export interface DeliveredFile {
  readonly format: 'csv-gb18030' | 'csv-utf-8' | 'jsonl';
  /** In the order of the CSV file. */
  readonly columns: readonly string[];
}

/** What an agency delivers, by the first part of the files' names. */
export interface DeliveringAgency<File extends string> {
  readonly files: Readonly<Record<File, DeliveredFile>>;
  rows(world: World, file: File): Iterable<DeliveredRow>;
}

/** One delivery of one file. */
export interface Delivery<File extends string> {
  readonly file: File;
  /** YYYY-MM-DD: the day the data speak of, and part of the name. */
  readonly date: string;
  /** 1 to 99: the newest by date and sequence counts. */
  readonly sequence: number;
  readonly rows: Iterable<DeliveredRow>;
}

const CHUNK = 64 * 1024;

/** Writes a delivery, its hash beside it, and gives it its name when it is complete. Resolves with its path. */
export async function deliverFile<File extends string>(
  agency: DeliveringAgency<File>,
  drop: string,
  delivery: Delivery<File>,
): Promise<string> {
  const name = nameOf(agency, delivery);
  const path = join(drop, name);
  // Outside the pattern of the deliveries until it is whole.
  const draft = join(drop, `.${name}.part`);
  const hash = createHash('sha256');
  const chunks = chunksOf(agency.files[delivery.file], delivery.rows);
  const hashed = function* (): Generator<Buffer> {
    for (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(hashed()), createWriteStream(draft));
  await writeFile(`${path}.sha256`, `${hash.digest('hex')}  ${name}\n`);
  await rename(draft, path);
  return path;
}

function nameOf<File extends string>(
  agency: DeliveringAgency<File>,
  { file, date, sequence }: Pick<Delivery<File>, 'file' | 'date' | 'sequence'>,
): string {
  const extension = agency.files[file].format === 'jsonl' ? 'jsonl' : 'csv';
  return `${file}-${date.replaceAll('-', '')}-${String(sequence).padStart(2, '0')}.${extension}`;
}

function* chunksOf({ format, columns }: DeliveredFile, rows: Iterable<DeliveredRow>): Generator<Buffer> {
  const csv = format !== 'jsonl';
  const encode = (text: string): Buffer =>
    format === 'csv-gb18030' ? iconv.encode(text, 'gb18030') : Buffer.from(text);
  let text = csv ? `${columns.join(',')}\r\n` : '';
  for (const row of rows) {
    text += csv
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
export async function deliverWorld<File extends string>(
  agency: DeliveringAgency<File>,
  drop: string,
  memo: string,
  world: World,
): Promise<void> {
  await mkdir(drop, { recursive: true });
  const { seed, organisations, persons, today } = world;
  const wanted = [GENERATOR_VERSION, seed, organisations, persons, today].join('/');
  const files = Object.keys(agency.files) as File[];
  const made = files.map((file) => nameOf(agency, { file, date: today, sequence: 1 }));
  const present = await readdir(drop);
  const delivered = await readFile(memo, 'utf8').catch(() => '');
  if (delivered === wanted && made.every((name) => present.includes(name))) return;
  for (const file of files)
    await deliverFile(agency, drop, { file, date: today, sequence: 1, rows: agency.rows(world, file) });
  const ours = new RegExp(`^\\.?(?:${files.join('|')})-\\d{8}-\\d{2}\\.`);
  for (const name of present.filter((one) => ours.test(one) && !made.some((name) => one.startsWith(name))))
    await rm(join(drop, name), { force: true });
  await writeFile(memo, wanted);
}
