// A process that loads deliveries until it is killed: for the test of what a killed gateway leaves behind. Says on its
// output what it logs.
import { openIntake } from '../../../connectors/file/intake.ts';
import { unwatched } from '../../../connectors/watch.ts';
import pg from 'pg';
import type { FileManifest, FileRecord } from '../../../connectors/manifest.ts';

const [directory, url] = process.argv.slice(2) as [string, string];
const field = (name: string) =>
  ({ field: name, column: name, transform: () => ({ ok: true, value: null }) }) as const;
const record = {
  record: 'Listing',
  subjects: new Map([['Organization', { column: 'code', forms: [], separators: [], controls: [] }]]),
  order: [],
  fields: new Map([['doc', field('doc')]]),
  filters: new Map(),
  unusableKeys: { rows: 1_000_000 },
  atLeast: 1,
  delivery: {
    pattern: 'listings-*.csv',
    format: 'csv',
    encoding: 'utf-8',
    delimiter: ',',
    quote: '"',
    skip: 0,
    check: {},
    shrink: 0.5,
  },
} as unknown as FileRecord;
const manifest = {
  source: 'probe',
  address: directory,
  records: new Map([['Listing', record]]),
} as unknown as FileManifest;
const say = (context: object, message: string): void =>
  void process.stdout.write(`${message} ${JSON.stringify(context)}\n`);
const intake = openIntake({
  manifest,
  pool: new pg.Pool({ connectionString: url, max: 2 }),
  clock: () => new Date('2026-03-10T12:00:00+08:00'),
  log: { info: say, warn: say, error: say },
  watch: unwatched,
  grace: 0,
  signal: new AbortController().signal,
});
await intake.look();
say({ active: intake.active.get('Listing')?.rows }, 'looked');
process.exit(0);
