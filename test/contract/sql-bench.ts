// The sql transport's source: tables in a real PostgreSQL, reached through a tap and a relay that can be cut.
import pg from 'pg';
import { startRelay } from '../../connectors/sandbox/relay.ts';
import type { AgencyRow, Asked, Bench } from './bench.ts';
import { type PostgresTap, startTap } from './postgres-tap.ts';

/** `serverUrl`: a superuser's address; a database of our own is made there and dropped again. */
export async function startSqlBench(name: string, serverUrl: string): Promise<Bench> {
  const database = `probe_${process.pid}_${Date.now()}`;
  const server = new pg.Pool({ connectionString: serverUrl, max: 1 });
  await server.query(`CREATE DATABASE ${database}`);
  const own = withDatabase(serverUrl, database);
  const pool = new pg.Pool({ connectionString: own, max: 1 });
  for (const each of [server, pool]) each.on('error', () => undefined);
  await pool.query('CREATE SCHEMA probe');
  const wire = await startWire(own);
  return {
    name,
    filters: true,
    environment: { PROBE_ADDRESS: wire.url },
    hold: async (rows) => {
      await wire.setMode('pass');
      await fillTable(pool, 'listing', rows.listings);
      await fillTable(pool, 'award', rows.awards);
      wire.tap.clear();
    },
    manifest: () => ({
      top: 'transport: sql',
      listings: 'table: probe.listing\n    filters: [status, day, number]',
      awards: 'table: probe.award',
    }),
    setFault: async (fault) => {
      if (fault === 'garbage') await pool.query('ALTER TABLE probe.listing RENAME COLUMN doc TO document');
      else await wire.setMode(fault === 'down' ? 'refuse' : fault === 'slow' ? 'blackhole' : 'pass');
    },
    calls: () => readCalls(wire.tap),
    stop: async () => {
      await wire.stop();
      await pool.end();
      await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await server.end();
    },
  };
}

/** A tap behind a relay, and the address that leads through both. */
export async function startWire(url: string) {
  const address = new URL(url);
  const tap = await startTap({ host: address.hostname, port: Number(address.port || 5432) });
  const relay = await startRelay({ port: 0, target: { host: '127.0.0.1', port: tap.port } });
  address.host = `127.0.0.1:${relay.port}`;
  return {
    url: address.href,
    tap,
    setMode: relay.setMode.bind(relay),
    stop: async () => {
      await relay.stop();
      await tap.stop();
    },
  };
}

export function withDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}

async function fillTable(pool: pg.Pool, table: string, rows: readonly AgencyRow[]): Promise<void> {
  await pool.query(`DROP TABLE IF EXISTS probe.${table}`);
  await pool.query(
    `CREATE TABLE probe.${table} (code text, doc text, amt numeric(30, 4), day date, st char(2))`,
  );
  await pool.query(`ALTER TABLE probe.${table} ALTER amt TYPE text, ALTER day TYPE text`);
  for (const { code, doc, amt, day, st } of rows) {
    await pool.query(`INSERT INTO probe.${table} VALUES ($1, $2, $3, $4, $5)`, [code, doc, amt, day, st]);
  }
  await pool.query(`CREATE INDEX ON probe.${table} (code)`);
}

/** Reads our own statements back: one round trip each, one branch per record type. */
export function readCalls(tap: PostgresTap): readonly (readonly Asked[])[] {
  return tap.statements
    .filter(({ text }) => text.includes(' = ANY('))
    .map(({ text, parameters }) =>
      lookupsIn(text).map((branch, at): Asked => {
        const [selected = '', from = ''] = branch.split(' FROM ');
        const columns = [...selected.matchAll(/"([^"]+)"::text/g)].map((match) => match[1]!);
        const without = /"st"::text COLLATE "C" <> ALL\(\$([0-9]+)/.exec(from)?.[1];
        return {
          ...(without === undefined ? {} : { without: readArray(parameters[Number(without) - 1] ?? '{}') }),
          record: /listing/i.test(from) ? 'listings' : 'awards',
          keys: readArray(parameters[at] ?? '{}'),
          columns: columns.map((column) => (column === ' key0' ? 'code' : column)),
        };
      }),
    );
}

/** Branches that ask for rows by key; others ask how many there are. */
export function lookupsIn(text: string): readonly string[] {
  return text.split(' UNION ALL ').filter((branch) => !branch.includes('COUNT(*)'));
}

/** `{"a","b"}` or `{a,b}`, as the driver writes it. */
function readArray(text: string): string[] {
  return text
    .slice(1, -1)
    .split(',')
    .filter((part) => part !== '')
    .map((part) => part.replace(/^"|"$/g, ''));
}
