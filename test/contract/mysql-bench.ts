// The sql transport's source on MariaDB: tables in a database of our own on a real server, reached through a tap and a
// relay that can be cut. Its collation takes more texts for equal than it should, as agencies' do.
import mysql from 'mysql2/promise';
import { startRelay } from '../../connectors/sandbox/relay.ts';
import type { AgencyRow, Asked, Bench } from './bench.ts';
import { type MysqlTap, startMysqlTap } from './mysql-tap.ts';
import { lookupsIn } from './sql-bench.ts';

/** In CI the machine's own server is a must; elsewhere it is used when named. */
export const mariadbUrl =
  process.env['TEST_MARIADB_URL'] ??
  (process.env['CI'] === 'true' ? 'mysql://root@127.0.0.1:3306' : undefined);

/** `serverUrl`: an administrator's address; a database of our own is made there and dropped again. */
export async function startMysqlBench(serverUrl: string): Promise<Bench> {
  const database = `probe_${process.pid}_${Date.now()}`;
  const admin = await mysql.createConnection({ uri: serverUrl });
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await admin.query(`USE ${database}`);
  const address = new URL(serverUrl);
  const tap = await startMysqlTap({ host: address.hostname, port: Number(address.port || 3306) });
  const relay = await startRelay({ port: 0, target: { host: '127.0.0.1', port: tap.port } });
  address.host = `127.0.0.1:${relay.port}`;
  address.pathname = `/${database}`;
  return {
    name: 'mysql',
    filters: true,
    environment: { PROBE_ADDRESS: address.href },
    hold: async (rows) => {
      await relay.setMode('pass');
      await fillTable(admin, 'listing', rows.listings);
      await fillTable(admin, 'award', rows.awards);
      tap.clear();
    },
    manifest: () => ({
      top: 'transport: sql',
      listings: `table: ${database}.listing\n    filters: [status, day, number]`,
      awards: 'table: award',
    }),
    setFault: async (fault) => {
      if (fault === 'garbage') await admin.query('ALTER TABLE listing RENAME COLUMN doc TO document');
      else await relay.setMode(fault === 'down' ? 'refuse' : fault === 'slow' ? 'blackhole' : 'pass');
    },
    calls: () => readCalls(tap),
    stop: async () => {
      await relay.stop();
      await tap.stop();
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}

async function fillTable(admin: mysql.Connection, table: string, rows: readonly AgencyRow[]): Promise<void> {
  await admin.query(`DROP TABLE IF EXISTS ${table}`);
  await admin.query(
    `CREATE TABLE ${table} (code varchar(40), doc mediumtext, amt text, day text, st char(2), KEY (code))`,
  );
  for (const { code, doc, amt, day, st } of rows) {
    await admin.query(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?)`, [code, doc, amt, day, st]);
  }
}

/** Reads our own statements back: one execution each, one branch per record type, parameters in textual order. */
function readCalls(tap: MysqlTap): readonly (readonly Asked[])[] {
  return tap.commands
    .filter(({ kind, text }) => kind === 'execute' && !text.startsWith('/* census'))
    .map(({ text, parameters }) => {
      let at = 0;
      return lookupsIn(text).map((branch): Asked => {
        const [selected = '', from = ''] = branch.split(' FROM ');
        const count = branch.split('?').length - 1;
        const own = parameters.slice(at, (at += count)) as string[];
        const keys = /IN \(([?, ]+)\)/.exec(from)![1]!.split(',').length;
        const without = /NOT CAST\(CONVERT\(`st` USING utf8mb4\) AS BINARY\) IN/.test(from);
        return {
          record: /listing/.test(from) ? 'listings' : 'awards',
          // The list is padded with its last key, and compared twice.
          keys: [...new Set(own.slice(0, keys))],
          columns: [...selected.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
          ...(without ? { without: own.slice(2 * keys) } : {}),
        };
      });
    });
}
