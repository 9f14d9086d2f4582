// Looks at a sample of a delivery: header and first rows of a CSV, members of JSON Lines. The encoding is found out:
// what is not UTF-8 is read as GB18030, which reads everything Chinese systems write.
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type FoundRecord, IntrospectionProblem, columnsOf, mostSamples } from './found-record.ts';

const MOST_BYTES = 256 * 1024;

/** @throws IntrospectionProblem, or the system error of reading the file */
export async function introspectFile(path: string): Promise<FoundRecord> {
  const { text, encoding } = await readStart(path);
  const extension = extname(path).toLowerCase();
  const format = extension === '.csv' || extension === '.txt' ? 'csv' : 'jsonl';
  if (format === 'jsonl' && !['.jsonl', '.ndjson'].includes(extension)) {
    throw new IntrospectionProblem(`${basename(path)}: give a .csv or .jsonl file as a sample`);
  }
  // The last line may be cut.
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const whole = lines.slice(0, mostSamples + 1);
  if (whole.length < 2) throw new IntrospectionProblem(`${basename(path)}: no row to look at`);
  const delimiter = format === 'csv' ? delimiterOf(whole[0]!) : ',';
  const rows: readonly unknown[] =
    format === 'csv'
      ? parse(whole.join('\n'), {
          columns: true,
          delimiter,
          relax_column_count: true,
          trim: true,
        })
      : whole.map(parseLine);
  const pattern = basename(path).replace(/[0-9]{8}(?:-[0-9]+)?/, '*');
  const named = pattern.includes('*') ? pattern : `${basename(path, extension)}-*${extension}`;
  const parts = [`pattern: ${named}`, `format: ${format}`, `encoding: ${encoding}`];
  if (delimiter !== ',') parts.push(`delimiter: ${JSON.stringify(delimiter)}`);
  return { columns: columnsOf(rows), manifest: [`delivery: { ${parts.join(', ')} }`], top: [] };
}

async function readStart(path: string): Promise<{ readonly text: string; readonly encoding: string }> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MOST_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    for (const [mark, encoding] of [
      [[0xff, 0xfe], 'utf-16le'],
      [[0xfe, 0xff], 'utf-16be'],
    ] as const) {
      if (bytes[0] === mark[0] && bytes[1] === mark[1])
        return { text: iconv.decode(bytes, encoding), encoding };
    }
    try {
      // Not the end of it: a character may be cut there.
      return {
        text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }),
        encoding: 'utf-8',
      };
    } catch {
      return { text: iconv.decode(bytes, 'gb18030'), encoding: 'gb18030' };
    }
  } finally {
    await file.close();
  }
}

function delimiterOf(header: string): string {
  const counts = [',', '\t', ';', '|'].map((mark) => [mark, header.split(mark).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function parseLine(line: string, index: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new IntrospectionProblem(`line ${index + 1} is not JSON`);
  }
}
