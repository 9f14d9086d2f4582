// A made-up agency with one record type in a real database, PostgreSQL or MariaDB, that exists only as files.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { Connector } from '../../../connectors/contract.ts';
import { type Manifest, loadManifests } from '../../../connectors/manifest.ts';
import { type OpenOptions, openConnectors } from '../../../connectors/open.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';
import { formatProblem } from '../../../schema/problem.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';

export interface Database {
  readonly address: string;
  /** Runs a statement; resolves with its rows. */
  admin(text: string): Promise<unknown>;
  stop(): Promise<void>;
}

async function onPostgres(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'relations-'));
  const server = await startPostgres({ directory, port: 0 });
  const pool = new pg.Pool({ connectionString: server.url('postgres'), max: 1 });
  pool.on('error', () => undefined);
  // Its body speaks of a table that is made later.
  await pool.query('SET check_function_bodies = off');
  await pool.query(`CREATE FUNCTION scribble() RETURNS int VOLATILE LANGUAGE sql AS
    $$ UPDATE arrear SET note = 'spoilt'; SELECT 1 $$`);
  return {
    address: server.url('postgres'),
    admin: (text) => pool.query(text).then(({ rows }) => rows),
    stop: async () => {
      await pool.end();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function onMariadb(): Promise<Database> {
  const database = `relations_${process.pid}_${Date.now()}`;
  const admin = await mysql.createConnection({ uri: mariadbUrl! });
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await admin.query(`USE ${database}`);
  await admin.query(`CREATE FUNCTION scribble() RETURNS int MODIFIES SQL DATA
    BEGIN UPDATE arrear SET note = 'spoilt'; RETURN 1; END`);
  const address = new URL(mariadbUrl!);
  address.pathname = `/${database}`;
  return {
    address: address.href,
    admin: (text) => admin.query(text).then(([rows]) => rows),
    stop: async () => {
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}

const sdlFor = (record: string): string => `
${['Organization', 'Person']
  .filter((kind) => record.includes(`${kind}:`))
  .map((kind) => `extend type ${kind} { "Levy." levy: LevySection }`)
  .join('\n')}
type LevySection implements Section {
  source: String!
  state: SectionState!
  asOf: DateTime
  arrears: [LevyArrear!]
}
type LevyArrear @classified(sharing: UNCONDITIONAL, level: 1) {
  "Note." note: String
}
`;

export interface Levy {
  readonly address: string;
  /** Lines of its one record type, but for its fields. */
  readonly record: string;
  /** Further top-level lines. */
  readonly top?: string;
}

export function levyManifest({ address, record, top = '' }: Levy): Manifest {
  const root = mkdtempSync(join(tmpdir(), 'levy-'));
  const [schema, sources] = [join(root, 'schema'), join(root, 'sources')];
  mkdirSync(schema);
  mkdirSync(sources);
  for (const name of readdirSync('schema').filter((file) => /^credit\b.*\.graphql$/.test(file))) {
    copyFileSync(join('schema', name), join(schema, name));
  }
  writeFileSync(join(schema, 'levy.graphql'), sdlFor(record));
  writeFileSync(
    join(sources, 'levy.yaml'),
    `source: levy
title: { en: Levy, zh: 税费 }
owner: { en: Levy, zh: 税费 }
transport: sql
address: \${LEVY_URL}
limits: { deadline: 2s, concurrency: 2, bytes: 1MB, recordsPerSubject: 50 }
${top}
records:
  LevyArrear:
${record.trimEnd().replace(/^/gm, '    ')}
    fields: { note: note }
`,
  );
  const { catalogue, problems } = loadCatalogue(schema);
  if (catalogue === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  const loaded = loadManifests({ directory: sources, catalogue, environment: { LEVY_URL: address } });
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.manifests[0]!;
}

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function openLevy(
  levy: Levy,
  surroundings: Partial<Omit<OpenOptions, 'manifests'>> = {},
): Promise<Connector> {
  const connectors = await openConnectors({
    manifests: [levyManifest(levy)],
    clock: () => new Date(),
    log: quiet,
    ...surroundings,
  });
  return connectors.get('levy')!;
}

export const databases: [string, () => Promise<Database>][] = [['PostgreSQL', onPostgres]];
if (mariadbUrl !== undefined) databases.push(['MariaDB', onMariadb]);
