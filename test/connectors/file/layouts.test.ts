// Lists as the world publishes them, made again with invented rows: each joins by three files and its list, without code,
// and says of every row it could not use why.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeXlsx } from '../../../bench/write-xlsx.ts';
import { makeConnector } from '../../../connectors/connector.ts';
import { type RecordRow, type SourceAnswer, type Subject, gapFor } from '../../../connectors/contract.ts';
import { openFile } from '../../../connectors/file/connect.ts';
import { type RegisteredDelivery, listDeliveries } from '../../../connectors/file/register.ts';
import type { FileManifest } from '../../../connectors/manifest.ts';
import { citizenIdAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Postgres, startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type Definition, readDefinition } from '../../../gateway/gateway.ts';
import type { StartupRefused } from '../../../gateway/startup-refused.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { deliver } from '../../contract/file-bench.ts';

const fixtures = 'test/fixtures/layouts';
const now = new Date('2026-11-28T12:00:00+08:00');
const firm = (index: number): Subject => ({ kind: 'Organization', id: usccAt('91', index) });
const person = (index: number): Subject => ({ kind: 'Person', id: citizenIdAt(index) });

interface Layout {
  readonly name: string;
  /** Name of the list as it is delivered. */
  readonly file: string;
  readonly encoding?: string;
  /** Merged ranges of a workbook. */
  readonly merged?: readonly string[];
  /** What each subject's entries are, field by field. */
  readonly entries: readonly (readonly [Subject, readonly Readonly<Record<string, unknown>>[]])[];
  readonly candidates?: readonly Subject[];
  /** Whose entry holds what its manifest cannot read: nobody takes its absence for a clean record. */
  readonly unreadable?: readonly Subject[];
  readonly told: {
    readonly rows: number;
    readonly unusable?: Readonly<Record<string, number>>;
    readonly dropped?: number;
    readonly keyless?: number;
    /** Lines of rows that are nobody's. */
    readonly lines?: readonly number[];
  };
}

const layouts: readonly Layout[] = [
  {
    name: 'court_publication',
    file: 'court-20261120-01.csv',
    encoding: 'gb18030',
    entries: [
      [
        firm(1),
        [
          {
            name: '样例甲有限公司',
            caseCode: '（2023）合0101执123号',
            filedOn: '2023-05-12',
            publishedOn: '2023-06-01',
            performance: 'NONE',
          },
        ],
      ],
      [firm(2), [{ caseCode: '（2015）合0101执7号', performance: 'PARTIAL' }]],
      [person(0), [{ name: '样例丙', caseCode: '（2024）合0101执9号' }]],
      [person(1), []],
      [firm(3), []],
    ],
    candidates: [person(1)],
    told: { rows: 5, unusable: { LENGTH: 1 }, lines: [6] },
  },
  {
    name: 'penalty_workbook',
    file: 'penalties-20261120-01.xlsx',
    entries: [
      [
        firm(1),
        [
          {
            documentNumber: '合成罚〔2026〕1号',
            kind: '罚款',
            fine: '50000.00',
            decidedOn: '2026-03-01',
            until: '2027-03-01',
          },
        ],
      ],
      [firm(2), [{ fine: null, decidedOn: '2026-03-02', until: '9999-12-31' }]],
      [firm(3), [{ fine: '3000000.00', decidedOn: '2026-03-04', until: '9999-12-31' }]],
    ],
    told: { rows: 3, dropped: 1, keyless: 1 },
  },
  {
    name: 'procurement_bans',
    file: 'bans-20261120-01.csv',
    encoding: 'gb18030',
    entries: [
      [firm(1), [{ decidedOn: '2026-01-01', from: '2026-01-01', to: '2036-12-31', term: '2029-01-01' }]],
      [firm(2), [{ decidedOn: '2026-01-01', from: '2026-01-01', to: '9999-12-31', term: '2028-01-01' }]],
      [firm(3), [{ decidedOn: '2025-06-01', from: '2025-06-01', to: '2027-06-01', term: '2025-12-01' }]],
      [firm(4), [{ decidedOn: '2025-06-01', to: '2027-06-01' }]],
      [firm(7), []],
    ],
    candidates: [firm(7)],
    unreadable: [firm(5)],
    told: { rows: 6, dropped: 1 },
  },
  {
    name: 'legal_entities',
    file: 'entities-20261120-01.txt',
    encoding: 'utf-16le',
    entries: [
      [
        firm(1),
        [
          {
            name: '样例甲有限公司',
            establishedOn: '2001-02-03',
            deregisteredOn: null,
            capital: '10005000.00',
            region: '420202',
          },
        ],
      ],
      [firm(2), [{ establishedOn: '1999-09-09', deregisteredOn: '2020-01-01', region: '420281' }]],
      [firm(3), [{ deregisteredOn: null, capital: '0.00', region: '420202' }]],
    ],
    told: { rows: 3 },
  },
  {
    name: 'sam_exclusions',
    file: 'exclusions-20261120-01.csv',
    entries: [
      [
        firm(1),
        [{ name: 'EXAMPLE ONE LTD', program: 'Reciprocal', activeOn: '2024-12-31', endsOn: '2028-12-31' }],
      ],
      [firm(2), [{ activeOn: '2020-01-02', endsOn: '9999-12-31' }]],
    ],
    unreadable: [firm(3)],
    told: { rows: 3, keyless: 1 },
  },
  {
    name: 'world_bank',
    file: 'ineligible-20261120-01.xlsx',
    merged: ['A1:F1', 'A2:A3', 'B2:B3', 'C2:C3', 'D2:E2', 'F2:F3'],
    entries: [
      [firm(1), [{ name: 'EXAMPLE ONE LTD', from: '2024-06-23', to: '2026-06-22', grounds: 'Fraud' }]],
      [firm(2), [{ from: '2010-01-01', to: '9999-12-31' }]],
      [firm(3), [{ from: '2025-03-15', to: '9999-12-31' }]],
    ],
    told: { rows: 3, keyless: 1 },
  },
  {
    name: 'eu_sanctions',
    file: 'sanctions-20261120-01.csv',
    entries: [
      [firm(1), [{ name: 'EXAMPLE ONE', regulation: '2024/1 (EXAMPLE)', publishedOn: '2024-02-03' }]],
      [firm(3), [{ name: 'EXAMPLE THREE', publishedOn: '2025-08-09' }]],
    ],
    told: { rows: 3, keyless: 2, unusable: { OTHER: 1 }, lines: [5] },
  },
  {
    name: 'opensanctions_simple',
    file: 'targets-20261120-01.csv',
    entries: [
      [firm(1), [{ name: 'Example One', countries: ['cn', 'hk'], lastSeen: '2026-11-19T22:00:00.000Z' }]],
      [firm(2), [{ name: 'Example Two', countries: ['cn'] }]],
    ],
    told: { rows: 2, keyless: 1, unusable: { OTHER: 1 }, lines: [2] },
  },
  {
    name: 'opensanctions_nested',
    file: 'nested-20261120-01.jsonl',
    entries: [
      [
        firm(1),
        [
          {
            names: ['Example One', '样例甲'],
            topics: ['sanction', 'debarment'],
            sanctionedFrom: '2024-01-02',
          },
        ],
      ],
      [firm(2), [{ names: ['Example Two'], topics: ['debarment'], sanctionedFrom: null }]],
    ],
    told: { rows: 2, keyless: 1 },
  },
];

let root: string;
let server: Postgres;
let database: pg.Pool;
let definition: Definition;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'layouts-'));
  server = await startPostgres({ directory: join(root, 'postgres'), port: 0 });
  database = new pg.Pool({ connectionString: server.url('postgres'), max: 1 });
  database.on('error', () => undefined);
  // Three files each, put where those of every agency are.
  for (const folder of ['schema', 'policies', 'connectors/sources'])
    cpSync(folder, join(root, 'project', folder), { recursive: true });
  const environment: Record<string, string> = {};
  for (const { name } of layouts) {
    const from = join(fixtures, name);
    copyFileSync(join(from, 'schema.graphql'), join(root, 'project/schema', `${name}.graphql`));
    copyFileSync(join(from, 'manifest.yaml'), join(root, 'project/connectors/sources', `${name}.yaml`));
    copyFileSync(join(from, 'policy.cedar'), join(root, 'project/policies/access', `${name}.cedar`));
    const drop = join(root, 'drop', name);
    mkdirSync(drop, { recursive: true });
    environment[`LAYOUT_${name.toUpperCase()}`] = drop;
  }
  definition = await readDefinition(join(root, 'project'), environment, { addressesRequired: false }).catch(
    (error: unknown) => {
      const { problems = [] } = error as Partial<StartupRefused>;
      throw new Error(problems.map(formatProblem).join('\n'), { cause: error });
    },
  );
});
afterAll(async () => {
  await database.end();
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

/** The list as it is delivered, in its encoding or as a workbook. */
async function contentOf({ name, file, encoding = 'utf-8', merged = [] }: Layout): Promise<Buffer> {
  if (!file.endsWith('.xlsx'))
    return iconv.encode(readFileSync(join(fixtures, name, 'list.txt'), 'utf8'), encoding);
  const rows = JSON.parse(readFileSync(join(fixtures, name, 'list.json'), 'utf8')) as string[][];
  const path = join(root, file);
  await writeXlsx(
    path,
    rows.map((row) => row.map((cell) => (cell === '' ? null : cell))),
    { merged },
  );
  return readFile(path);
}

test.each(layouts)('$name joins by three files', async (layout) => {
  const { name, file, entries, candidates = [], unreadable = [], told } = layout;
  const manifest = definition.manifests.find(({ source }) => source === name) as FileManifest;
  const drop = join(root, 'drop', name);
  const content = await contentOf(layout);
  const hash = createHash('sha256').update(content).digest('hex');
  await deliver(drop, `${file}.sha256`, Buffer.from(hash));
  await deliver(drop, file, content);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const given = { clock: () => now, log: silent };
  const transport = openFile(manifest, { ...given, stagingUrl: server.url('postgres'), interval: 50 });
  const connector = makeConnector(manifest, transport, given);
  try {
    await transport.ready;
    const [record, mapping] = [...manifest.records][0]!;
    const fields = brandPermitted([...mapping.fields.keys()]);
    const subjects = entries.map(([subject]) => subject);
    const answer = await connector.fetch(
      { subjects, steps: [{ record, fields }] },
      new AbortController().signal,
    );
    const problems = (await deliveriesOf(name)).map(({ findings }) => findings);
    expect(answer, JSON.stringify(problems)).toMatchObject({ state: 'OK', gaps: [] });
    for (const [subject, expected] of entries)
      expect(rowsOf(answer.rows, record, subject), subject.id).toMatchObject(expected);
    expect(subjects.filter((subject) => rowsOf(answer.candidates, record, subject).length > 0)).toEqual(
      candidates,
    );
    for (const subject of unreadable) {
      const steps = [{ record, fields }];
      const unread = await connector.fetch({ subjects: [subject], steps }, new AbortController().signal);
      expect(rowsOf(unread.rows, record, subject)).toEqual([]);
      expect(gapFor(unread.gaps, record, subject.id)).toBe('UNREADABLE');
    }
    const [delivery] = await deliveriesOf(name);
    const { dropped = 0, keyless = 0, unusable = {}, lines = [] } = told;
    expect(delivery).toMatchObject({
      state: 'active',
      whole: true,
      rows: told.rows,
      keys: { unusable, leftOut: { dropped, keyless } },
    });
    expect(delivery!.findings.flatMap((finding) => finding.lines)).toEqual(lines);
  } finally {
    await connector.close();
  }
});

const deliveriesOf = async (name: string): Promise<readonly RegisteredDelivery[]> =>
  (await listDeliveries(database)).filter(({ source }) => source === name);

function rowsOf(
  all: SourceAnswer['rows'] | undefined,
  record: string,
  { id }: Subject,
): readonly RecordRow[] {
  return all?.get(record)?.get(id) ?? [];
}

describe('the fixtures', () => {
  test('hold no code, and speak of invented subjects alone', () => {
    for (const { name } of layouts) {
      const text = ['schema.graphql', 'manifest.yaml', 'policy.cedar'].map((file) =>
        readFileSync(join(fixtures, name, file), 'utf8'),
      );
      expect(text.join('\n')).not.toMatch(/function|=>|import /);
    }
    expect(layouts).toHaveLength(9);
  });
});
