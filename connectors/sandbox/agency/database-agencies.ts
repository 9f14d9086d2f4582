// The registry, the personnel department, the credit office's publications and, without a MariaDB, the supervisory commission: agencies whose system is a PostgreSQL database that the gateway may
// only read. Loaded once for a world; loaded data carry a mark, and the mark is committed with them or not at all.
import pg from 'pg';
import { copyIn } from '../copy-in.ts';
import { BODY_CLASSES } from '../generator/body-class.ts';
import { HR_COLUMNS, hrRowsOf, type HrTable } from '../generator/hr-records.ts';
import { organisationAt } from '../generator/organisation.ts';
import { GENERATOR_VERSION, type World } from '../generator/world.ts';
import { DISCIPLINE_COLUMNS } from '../generator/discipline-records.ts';
import { PUBLICITY_COLUMNS } from '../generator/publicity-records.ts';
import { DISCIPLINE_KEYS, DISCIPLINE_TABLE, disciplineRows } from './discipline-agency.ts';
import { PUBLICITY_KEYS, PUBLICITY_TABLES, publicityRows, publicityTables } from './publicity-agency.ts';

/** A server on which the agencies' databases live, seen by a superuser. */
export interface DatabaseServer {
  /** Before the names of databases and roles, where the server is not ours alone; may be empty. */
  readonly prefix: string;
  /** Password for the roles made here. */
  readonly password: string;
  /** Address of a database; without a role, the superuser's. */
  url(database: string, role?: string): string;
}

/** Addresses to hand out: the agencies' with a role that may only SELECT, gateway with its owner. */
export interface DatabaseAddresses {
  /** Absent where the commission's table lies elsewhere. */
  readonly discipline: string | undefined;
  readonly registry: string;
  readonly hr: string;
  readonly publicity: string;
  readonly gateway: string;
}

const REGISTRY_COLUMNS = [
  ...['uscc', 'name', 'former_names', 'registration_no', 'body_class', 'region_code', 'parent_uscc'],
  ...['legal_representative', 'status', 'established_on'],
] as const;

const REGISTRY_TABLES = `
  create schema registry;
  create table registry.entity (
    uscc text not null, name text not null, former_names text, registration_no text, body_class text not null,
    region_code text not null, parent_uscc text, legal_representative text, status text not null,
    established_on date
  );`;

const REGISTRY_KEYS = `
  alter table registry.entity add primary key (uscc);
  create index on registry.entity (registration_no);`;

const HR_TABLES = `
  create schema hr;
  create table hr.officer (citizen_id text not null, name text not null, region_code text not null, since date);
  create table hr.post (
    citizen_id text not null, org_uscc text not null, org_name text not null, title text not null, rank text,
    region_code text not null, valid_from date not null, valid_to date
  );
  create table hr.integrity_record (
    citizen_id text not null, kind text not null, result text, authority text, doc_no text, decided_on date,
    effective_to date, zt text not null
  );
  create table hr.sanction (
    citizen_id text not null, kind text not null, series text not null, act_no text, authority text, doc_no text,
    decided_on date, effective_on date, effective_to date, zt text not null
  );`;

const HR_KEYS = `
  alter table hr.officer add primary key (citizen_id);
  create index on hr.post (citizen_id);
  create index on hr.integrity_record (citizen_id);
  create index on hr.sanction (citizen_id);`;

const STATUS = { ACTIVE: '存续', LICENCE_REVOKED: '吊销', DEREGISTERED: '注销' } as const;

/** Creates roles and databases that are missing and loads what is not loaded for this world. */
export async function prepareDatabases(
  server: DatabaseServer,
  world: World,
  onProgress: (line: string) => void,
  withDiscipline: boolean,
): Promise<DatabaseAddresses> {
  const { prefix } = server;
  const reader = prefix === '' ? 'gateway_reader' : `${prefix}reader`;
  const owner = `${prefix}gateway`;
  const databases = {
    registry: `${prefix}registry`,
    hr: `${prefix}hr`,
    publicity: `${prefix}publicity`,
    gateway: `${prefix}gateway`,
  };
  const discipline = withDiscipline ? `${prefix}discipline` : undefined;
  const wanted = [...Object.values(databases), ...(discipline === undefined ? [] : [discipline])];
  await createMissing(server, [reader, owner], wanted, databases.gateway);
  const loaded = await Promise.all([
    // No part of the registry depends on the day: a million organisations are loaded once.
    load(
      server,
      databases.registry,
      'registry',
      reader,
      mark(world.seed, world.organisations),
      async (client) => {
        await client.query(REGISTRY_TABLES);
        await copyIn(client, 'registry.entity', REGISTRY_COLUMNS, registryRows(world, onProgress));
        await client.query(REGISTRY_KEYS);
      },
    ),
    load(server, databases.hr, 'hr', reader, personsMark(world), async (client) => {
      await client.query(HR_TABLES);
      for (const table of Object.keys(HR_COLUMNS) as HrTable[]) {
        await copyIn(client, `hr.${table}`, HR_COLUMNS[table], hrRows(world, table, onProgress));
      }
      await client.query(HR_KEYS);
    }),
    load(
      server,
      databases.publicity,
      'publicity',
      reader,
      mark(world.seed, world.organisations, world.today),
      async (client) => {
        await client.query(PUBLICITY_TABLES);
        for (const table of publicityTables) {
          await copyIn(client, `publicity.${table}`, PUBLICITY_COLUMNS[table], publicityRows(world, table));
        }
        await client.query(PUBLICITY_KEYS);
      },
    ),
    ...(discipline === undefined
      ? []
      : [
          load(server, discipline, 'discipline', reader, personsMark(world), async (client) => {
            await client.query(DISCIPLINE_TABLE);
            await copyIn(client, 'discipline.disciplinary_action', DISCIPLINE_COLUMNS, disciplineRows(world));
            await client.query(DISCIPLINE_KEYS);
            // The manifest names no schema, so that it fits both kinds of database.
            await client.query(`alter role ${reader} in database ${discipline} set search_path = discipline`);
          }),
        ]),
  ]);
  if (loaded.includes(true)) await forgetCounts(server.url(databases.gateway));
  return {
    discipline: discipline === undefined ? undefined : server.url(discipline, reader),
    registry: server.url(databases.registry, reader),
    hr: server.url(databases.hr, reader),
    publicity: server.url(databases.publicity, reader),
    gateway: server.url(databases.gateway, owner),
  };
}

/** What is known of persons depends on all of a world. */
export function personsMark(world: World): string {
  return mark(world.seed, world.organisations, world.persons, world.today);
}

function mark(...parts: readonly (string | number)[]): string {
  return [GENERATOR_VERSION, ...parts].join('/');
}

async function createMissing(
  server: DatabaseServer,
  roles: readonly string[],
  databases: readonly string[],
  owned: string,
): Promise<void> {
  await withClient(server.url('postgres'), async (client) => {
    const rolesFound = await names(client, 'select rolname as name from pg_roles');
    for (const role of roles) {
      const verb = rolesFound.has(role) ? 'alter' : 'create';
      await client.query(`${verb} role ${role} login password ${client.escapeLiteral(server.password)}`);
    }
    const databasesFound = await names(client, 'select datname as name from pg_database');
    for (const database of databases.filter((name) => !databasesFound.has(name))) {
      const owner = database === owned ? ` owner ${owned}` : '';
      await client.query(`create database ${database}${owner} template template0 encoding 'UTF8'`);
      await client.query(`revoke all on database ${database} from public`);
    }
  });
}

async function names(client: pg.Client, query: string): Promise<ReadonlySet<string>> {
  const found = await client.query<{ name: string }>(query);
  return new Set(found.rows.map((row) => row.name));
}

/** A gateway that ran over a larger world must not take this one for a loss. */
async function forgetCounts(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`do $$ begin
      if to_regclass('staging.key_census') is not null then delete from staging.key_census; end if;
    end $$`);
  });
}

/** Loads a schema in one transaction unless the mark says it is there. Resolves with whether it was loaded. */
async function load(
  server: DatabaseServer,
  database: string,
  schema: 'registry' | 'hr' | 'publicity' | 'discipline',
  reader: string,
  wanted: string,
  fill: (client: pg.Client) => Promise<void>,
): Promise<boolean> {
  return withClient(server.url(database), async (client) => {
    const found = await client
      .query<{ mark: string }>('select mark from public.sandbox_mark')
      .catch(() => ({ rows: [] }));
    if (found.rows[0]?.mark === wanted) return false;
    await client.query('begin');
    await client.query(`drop schema if exists ${schema} cascade; drop table if exists public.sandbox_mark`);
    await fill(client);
    await client.query(`
      grant connect on database ${database} to ${reader};
      grant usage on schema ${schema} to ${reader};
      grant select on all tables in schema ${schema} to ${reader};
      alter role ${reader} in database ${database} set default_transaction_read_only = on;
      create table public.sandbox_mark (mark text not null);
      insert into public.sandbox_mark values (${client.escapeLiteral(wanted)})`);
    await client.query('commit');
    await client.query(`analyze`);
    return true;
  });
}

function* registryRows(
  world: World,
  onProgress: (line: string) => void,
): Generator<readonly (string | null)[]> {
  for (let index = 0; index < world.organisations; index += 1) {
    if (index > 0 && index % 100_000 === 0)
      onProgress(`registry: ${index} of ${world.organisations} organisations`);
    const one = organisationAt(world.seed, index);
    if (!one.registered) continue;
    yield [
      one.uscc,
      one.name,
      one.formerNames.length === 0 ? null : one.formerNames.join(';'),
      one.registrationNumber,
      String(BODY_CLASSES.indexOf(one.bodyClass) + 1),
      one.region,
      one.parent,
      one.legalRepresentative,
      STATUS[one.status],
      one.establishedOn,
    ];
  }
}

function* hrRows(
  world: World,
  table: HrTable,
  onProgress: (line: string) => void,
): Generator<readonly (string | null)[]> {
  for (let index = 0; index < world.persons; index += 1) {
    if (index > 0 && index % 100_000 === 0) onProgress(`hr.${table}: ${index} of ${world.persons} persons`);
    yield* hrRowsOf(world, table, index);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A lost connection also rejects the running query; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
