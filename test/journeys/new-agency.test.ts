// A steward with the documents and no TypeScript: the tax authority's major violations (重大税收违法) from a MariaDB
// table, and its notices from a CSV in GB18030. Two commands, two edits, and the gateway answers.
import iconv from 'iconv-lite';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { acceptDelivery } from '../../connectors/file/register.ts';
import { runNewSource } from '../../gateway/onboarding/new-source-command.ts';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

const server =
  process.env['TEST_MARIADB_URL'] ??
  (process.env['CI'] === 'true' ? 'mysql://root@127.0.0.1:3306/test' : undefined);
const database = `new_agency_${process.pid}`;

describe.runIf(server !== undefined)('on the MariaDB server by address', () => {
  let root: string;
  let world: RunningGateway;
  let connection: mysql.Connection;
  const edit = (path: string, change: (text: string) => string): void => {
    const before = readFileSync(join(root, path), 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(join(root, path), after);
  };
  const run = (argv: readonly string[], env: Readonly<Record<string, string>>) =>
    runNewSource([...argv, '--root', root], {
      stdin: Readable.from([]),
      stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
      stderr: { write: (text) => expect(text).toBe('') },
      env,
      cwd: () => root,
    });

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'new-agency-'));
    for (const folder of ['schema', 'policies', 'connectors/sources'])
      cpSync(folder, join(root, folder), { recursive: true });
    connection = await mysql.createConnection(server!);
    await connection.query(`create database ${database}`);
    await connection.query(
      `create table ${database}.violation (nsrsbh char(18) primary key, nsrmc varchar(200), lrrq date, cfje decimal(14,2)) character set utf8mb4`,
    );
    await connection.query(
      `insert into ${database}.violation values (?, '样例公司', '2026-03-01', 1200000)`,
      [id('clean-firm')],
    );
    const url = new URL(server!);
    url.pathname = `/${database}`;
    const drop = join(root, 'drop');
    mkdirSync(drop);
    const rows = ['统一社会信用代码,公告日期,欠税余额(万元)', `${id('clean-firm')},2026年3月1日,12.5`];
    const sample = join(drop, 'notices-20261101-1.csv');
    writeFileSync(sample, iconv.encode(`${rows.join('\r\n')}\r\n`, 'gb18030'));

    expect(
      await run(['--name', 'tax', '--transport', 'sql', '--table', 'violation'], { TAX_URL: url.href }),
    ).toBe(0);
    expect(await run(['--name', 'taxnotice', '--transport', 'file', '--sample', sample], {})).toBe(0);
    // The steward decides: purchasers see the day and the amount of a violation, and the notices whole.
    const permit = (name: string, fields: string): string =>
      `@id("${name}-purchasing") @says("Purchasers see it. 采购组织可见。")\n` +
      `permit (principal in Role::"purchasing", action == Action::"read", resource in Source::"${name}")\nwhen { ${fields} };\n`;
    const noLonger = (text: string): string => text.replace(/@id\("[a-z]+-undecided"\)[\s\S]*/, '');
    edit(
      'policies/access/tax.cedar',
      (text) =>
        noLonger(text) +
        permit('tax', '[Field::"TaxRecord.lrrq", Field::"TaxRecord.cfje"].contains(resource)'),
    );
    edit('policies/access/taxnotice.cedar', (text) => noLonger(text) + permit('taxnotice', 'true'));
    world = await runGateway({
      environment: { PROJECT_ROOT: root, TAX_URL: url.href, TAXNOTICE_URL: drop },
    });
  });
  afterAll(async () => {
    await world?.stop();
    await connection.query(`drop database if exists ${database}`);
    await connection.end();
    rmSync(root, { recursive: true, force: true });
  });

  const query = `{ organization(uscc: "${id('clean-firm')}") {
    tax { state records { nsrmc lrrq cfje } }
    taxnotice { state records { publishedOn balance } }
  } }`;

  test('the gateway answers from both, dates and 万元 read, and withholds what nobody permitted', async () => {
    const { body } = await world.ask({ query, consumer: 'procurement-platform', headers: procurement });
    expect(body.errors).toBeUndefined();
    expect(body.data.organization).toEqual({
      tax: { state: 'OK', records: [{ nsrmc: null, lrrq: '2026-03-01', cfje: '1200000' }] },
      // Nothing shows yet that the delivery is whole.
      taxnotice: { state: 'INCOMPLETE', records: [{ publishedOn: '2026-03-01', balance: '125000.00' }] },
    });
    expect(body.extensions?.withheld?.map(({ coordinate }) => coordinate)).toEqual(['TaxRecord.nsrmc']);
  });

  test('a person says that the delivery is whole, and it is', async () => {
    const pool = new pg.Pool({ connectionString: world.environment['DATABASE_URL'], max: 1 });
    expect(await acceptDelivery(pool, 'notices-20261101-1.csv', 'steward')).toBe(1);
    await pool.end();
    await vi.waitFor(
      async () => {
        const { body } = await world.ask({ query, consumer: 'procurement-platform', headers: procurement });
        expect(body.data.organization.taxnotice.state).toBe('OK');
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  test('the public gets neither', async () => {
    const { body } = await world.ask({ query });
    expect(body.data.organization).toMatchObject({
      tax: { state: 'DENIED' },
      taxnotice: { state: 'DENIED' },
    });
  });
});
