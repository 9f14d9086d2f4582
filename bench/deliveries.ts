// Measures deliveries of a million rows, CSV in GB18030 and XLSX: time to load, peak memory of the process, look-ups.
//   node build.mjs && node dist/bench/deliveries.js [rows]
// Each format is loaded by a process of its own, which knows nothing of how its file was made.
import { fork } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';
import { openFile } from '../connectors/file/connect.ts';
import { type FileManifest, loadManifests } from '../connectors/manifest.ts';
import { usccAt } from '../connectors/sandbox/generator/identifiers.ts';
import { startPostgres } from '../connectors/sandbox/postgres/postgres.ts';
import { loadCatalogue } from '../schema/catalogue.ts';
import { writeXlsx } from './write-xlsx.ts';

const FORMATS = { csv: 'format: csv, encoding: gb18030', xlsx: 'format: xlsx' } as const;
type Format = keyof typeof FORMATS;

const COLUMNS = ['统一社会信用代码', '文号', '区划代码', '金额', '应付日期', '备注'] as const;
const LOOKUPS = 2000;

function* rows(count: number): Generator<readonly string[]> {
  for (let at = 0; at < count; at += 1) {
    const day = String((at % 28) + 1).padStart(2, '0');
    yield [
      usccAt('91', at),
      `（2026）鄂02执${at}号`,
      '420202',
      `${at % 100_000}.50`,
      `2026-03-${day}`,
      '逾期未付款项',
    ];
  }
}

async function write(path: string, format: Format, count: number): Promise<void> {
  const draft = `${path}.part`;
  if (format === 'csv') {
    const blocks = function* (): Generator<Buffer> {
      let block = `${COLUMNS.join(',')}\r\n`;
      for (const row of rows(count)) {
        block += `${row.join(',')}\r\n`;
        if (block.length < 65_536) continue;
        yield iconv.encode(block, 'gb18030');
        block = '';
      }
      yield iconv.encode(block, 'gb18030');
    };
    await pipeline(Readable.from(blocks()), createWriteStream(draft));
  } else {
    const cells = function* () {
      yield COLUMNS;
      for (const [code, doc, region, amount, , note] of rows(count))
        yield [code!, doc!, region!, Number(amount), { serial: 46_082 }, note!];
    };
    await writeXlsx(draft, cells());
  }
  const before = new Date(Date.now() - 60_000);
  await utimes(draft, before, before);
  await rename(draft, path);
}

const SDL = `
extend type Organization { "Probe. 试件。" probe: ProbeSection }
type ProbeSection implements Section { source: String! state: SectionState! asOf: DateTime arrears: [Arrear!] }
type Arrear @classified(sharing: UNCONDITIONAL, level: 1) {
  "Number. 文号。" number: String
  "Region. 区划。" region: RegionCode
  "Amount. 金额。" amount: Money
  "Day. 日期。" day: Date
  "Note. 备注。" note: String
}`;

const manifestText = (format: Format): string => `source: probe
title: { en: Probe, zh: 试件 }
owner: { en: Probe, zh: 试件 }
transport: file
address: \${PROBE_DROP}
limits: { deadline: 2s, concurrency: 4, bytes: 1MB, recordsPerSubject: 100 }
records:
  Arrear:
    delivery: { pattern: rows-*.${format}, ${FORMATS[format]} }
    subjects: { Organization: { column: 统一社会信用代码, as: uscc } }
    fields: { number: 文号, region: 区划代码, amount: 金额, day: 应付日期, note: 备注 }
`;

async function manifestOf(format: Format, drop: string): Promise<FileManifest> {
  const root = mkdtempSync(join(tmpdir(), 'probe-'));
  for (const name of readdirSync('schema').filter((file) => /^credit.*\.graphql$/.test(file)))
    await copyFile(join('schema', name), join(root, name));
  await writeFile(join(root, 'probe.graphql'), SDL);
  await mkdir(join(root, 'sources'));
  await writeFile(join(root, 'sources', 'probe.yaml'), manifestText(format));
  const { catalogue, problems } = loadCatalogue(root);
  if (catalogue === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const loaded = loadManifests({
    directory: join(root, 'sources'),
    catalogue,
    environment: { PROBE_DROP: drop },
  });
  await rm(root, { recursive: true });
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.manifests[0] as FileManifest;
}

interface Measured {
  readonly seconds: number;
  /** Processor time of the loading process. */
  readonly processor: number;
  readonly peak: number;
  readonly idle: number;
  readonly p50: number;
  readonly p99: number;
  readonly restart: number;
}

/** In a process of its own. */
async function measure(format: Format, drop: string, stagingUrl: string, count: number): Promise<Measured> {
  const manifest = await manifestOf(format, drop);
  const say = (context: object, message: string): void =>
    console.error(`  ${message} ${JSON.stringify(context)}`);
  const log = { info: say, warn: say, error: say };
  const idle = process.memoryUsage().rss / 1e6;
  const open = () => openFile(manifest, { stagingUrl, clock: () => new Date(), log });
  let started = performance.now();
  const before = process.cpuUsage();
  let source = open();
  await source.ready;
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(before);
  const processor = (used.user + used.system) / 1e6;
  const peak = process.resourceUsage().maxRSS / 1e3;
  await source.close();
  started = performance.now();
  source = open();
  await source.ready;
  const restart = performance.now() - started;
  const mapping = manifest.records.get('Arrear')!;
  const [keyColumn, ...columns] = COLUMNS;
  const times: number[] = [];
  for (let at = 0; at < LOOKUPS; at += 1) {
    const keys = [usccAt('91', (at * 7919) % count)];
    let found = 0;
    const from = performance.now();
    const lookup = { mapping, keyColumn, keys, columns, controlKeys: [], conditions: [] };
    await source.exchange([lookup], () => (found += 1), AbortSignal.timeout(5000));
    times.push(performance.now() - from);
    if (found !== 1) throw new Error(`${found} rows found, where there is one`);
  }
  await source.close();
  times.sort((a, b) => a - b);
  const place = (share: number): number => times[Math.floor(times.length * share)]!;
  return { seconds, processor, peak, idle, p50: place(0.5), p99: place(0.99), restart };
}

const [first = '1000000', ...rest] = process.argv.slice(2);
if (first === 'measure') {
  const [format, drop, url, count] = rest as [Format, string, string, string];
  const measured = await measure(format, drop, url, Number(count));
  process.send?.(measured);
  process.disconnect?.();
} else {
  const count = Number(first);
  const root = mkdtempSync(join(tmpdir(), 'deliveries-'));
  const server = await startPostgres({ directory: root, port: 0 });
  console.log(
    '| format | rows | file | load | rows/s | CPU | peak RSS (before) | look-up p50 | p99 | restart |',
  );
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
  try {
    for (const format of Object.keys(FORMATS) as Format[]) {
      const drop = join(root, format);
      await mkdir(drop);
      const path = join(drop, `rows-20260301-01.${format}`);
      await write(path, format, count);
      const url = server.url('postgres');
      const child = fork(fileURLToPath(import.meta.url), ['measure', format, drop, url, String(count)]);
      const one = await new Promise<Measured>((resolve, reject) => {
        child.once('message', (message) => resolve(message as Measured));
        child.once('exit', (code) => reject(new Error(`the measurement ended with ${code}`)));
      });
      const size = (await stat(path)).size / 1e6;
      const cells = [
        format === 'csv' ? 'CSV, GB18030' : 'XLSX',
        count.toLocaleString('en'),
        `${size.toFixed(0)} MB`,
        `${one.seconds.toFixed(1)} s`,
        Math.round(count / one.seconds).toLocaleString('en'),
        `${one.processor.toFixed(1)} s`,
        `${one.peak.toFixed(0)} MB (${one.idle.toFixed(0)})`,
        `${one.p50.toFixed(2)} ms`,
        `${one.p99.toFixed(2)} ms`,
        `${one.restart.toFixed(0)} ms`,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
}
