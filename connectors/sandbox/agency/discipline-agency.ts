// The supervisory commission: one table that the gateway may only read, in a MariaDB server by address where there is
// one, else beside the other agencies' in PostgreSQL. What is loaded carries a mark, as there.
import mysql from 'mysql2/promise';
import { DISCIPLINE_COLUMNS, disciplineRowsOf } from '../generator/discipline-records.ts';
import type { HrRow } from '../generator/hr-records.ts';
import type { World } from '../generator/world.ts';

const DATABASE = 'credit_sandbox_discipline';
const READER = 'credit_sandbox_reader';
const ROWS_AT_ONCE = 500;

/** The table in both databases' words; MariaDB takes `index` in the same statement. */
const COLUMNS = `citizen_id varchar(18) not null, kind varchar(10) not null, series varchar(10) not null,
  act_no varchar(60), authority varchar(100), doc_no varchar(100), decided_on date, effective_on date,
  effective_to date, zt varchar(2) not null`;

export const DISCIPLINE_TABLE = `create schema discipline; create table discipline.disciplinary_action (${COLUMNS})`;
export const DISCIPLINE_KEYS = 'create index on discipline.disciplinary_action (citizen_id)';

/** Every row of a world, in the order of `DISCIPLINE_COLUMNS`. */
export function* disciplineRows(world: World): Generator<HrRow> {
  for (let index = 0; index < world.persons; index += 1) yield* disciplineRowsOf(world, index);
}

export interface MariadbOptions {
  /** An administrator's address. */
  readonly address: string;
  /** For the user made here, who may only SELECT. */
  readonly password: string;
  /** What is loaded for another mark is made anew. */
  readonly mark: string;
}

/** Creates database and user where they are missing and loads what is not loaded. Resolves with the address to read. */
export async function prepareOnMariadb(world: World, options: MariadbOptions): Promise<string> {
  const { address, password, mark } = options;
  const connection = await mysql.createConnection({ uri: address, charset: 'utf8mb4' });
  // A lost connection also rejects the running query; without a listener it would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.query(`create database if not exists ${DATABASE} character set utf8mb4`);
    await connection.query(`create user if not exists '${READER}'@'%' identified by ?`, [password]);
    await connection.query(`alter user '${READER}'@'%' identified by ?`, [password]);
    await connection.query(`grant select on ${DATABASE}.* to '${READER}'@'%'`);
    await connection.query(`use ${DATABASE}`);
    await connection.query('create table if not exists sandbox_mark (mark varchar(200) not null)');
    const [marks] = await connection.query<mysql.RowDataPacket[]>('select mark from sandbox_mark');
    if (marks[0]?.['mark'] !== mark) await load(connection, world, mark);
  } finally {
    await connection.end();
  }
  const url = new URL(address);
  url.username = READER;
  url.password = password;
  url.pathname = `/${DATABASE}`;
  return url.href;
}

async function load(connection: mysql.Connection, world: World, mark: string): Promise<void> {
  // Definitions are not part of a transaction here: without its mark a table is made again.
  await connection.query('delete from sandbox_mark');
  await connection.query('drop table if exists disciplinary_action');
  await connection.query(`create table disciplinary_action (${COLUMNS}, index (citizen_id))`);
  const insert = `insert into disciplinary_action (${DISCIPLINE_COLUMNS.join(', ')}) values ?`;
  let rows: HrRow[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length > 0) await connection.query(insert, [rows]);
    rows = [];
  };
  for (const row of disciplineRows(world)) {
    if (rows.push(row) === ROWS_AT_ONCE) await flush();
  }
  await flush();
  await connection.query('insert into sandbox_mark values (?)', [mark]);
}
