// Loads one delivery into a table of its own and makes it the active one, all in one transaction: look-ups see the old
// delivery or the new one, whole, and a crash leaves nothing behind.
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { FileRecord } from '../manifest.ts';
import { comparableKey } from '../key-forms.ts';
import type { Log } from '../log.ts';
import { compareDeliveries } from './delivery-name.ts';
import { DeliveryProblem } from './delivery-problem.ts';
import { type StagedRow, readCsv } from './read-csv.ts';
import { readJsonLines } from './read-jsonl.ts';
import { readText } from './read-text.ts';
import {
  type ActiveDelivery,
  type FoundDelivery,
  type StagedKind,
  identity,
  inTransaction,
  readActive,
} from './staging.ts';

export type LoadOutcome =
  | { readonly kind: 'active'; readonly delivery: ActiveDelivery }
  /** Another gateway is loading this record type. */
  | { readonly kind: 'busy' };

const ROWS_A_BATCH = 5000;
const ROWS_A_PROGRESS_LINE = 250_000;

/** Columns a staging table has: those the manifest maps. The rest of a delivery is not kept. */
export function stagedColumns(record: FileRecord): readonly string[] {
  return [...new Set([...record.fields.values()].map((field) => field.column))];
}

/**
 * The column of comparable keys made from `column`. The leading space keeps it apart from every header, which are
 * trimmed.
 */
export function stagedKeyColumn(record: FileRecord, column: string): string {
  return ` key${keyColumns(record).indexOf(column)}`;
}

function keyColumns(record: FileRecord): readonly string[] {
  return [...new Set([...record.subjects.values()].map((key) => key.column))];
}

/** What decides a staging table's content, apart from the delivery. */
export function shapeOf(record: FileRecord): string {
  const { format, encoding } = record.delivery;
  const decisive = [format, encoding, keyColumns(record), stagedColumns(record)];
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16);
}

/** @throws DeliveryProblem when the delivery is to be put aside; then nothing has changed */
export async function loadDelivery(
  pool: pg.Pool,
  kind: StagedKind,
  record: FileRecord,
  found: FoundDelivery,
  log: Log,
  signal: AbortSignal,
): Promise<LoadOutcome> {
  return inTransaction(pool, async (client) => {
    const lock = await client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 1)) AS taken`,
      [`${kind.source}.${kind.record}.${kind.shape}`],
    );
    if (lock.rows[0]?.taken !== true) return { kind: 'busy' };
    const previous = await readActive(client, kind);
    // Another gateway may have been quicker.
    if (previous !== undefined && (sameFile(previous, found) || compareDeliveries(found, previous) < 0)) {
      return { kind: 'active', delivery: previous };
    }
    const id = await register(client, kind, found);
    const table = tableName(kind, found, id);
    const { rows, sha256 } = await fill(client, table, record, found, { ...kind, log, signal });
    if (rows === 0 && (previous?.rows ?? 0) > 0) {
      throw new DeliveryProblem('SHRUNKEN', `no rows, after ${previous?.rows} in the delivery before`);
    }
    await retire(client, kind);
    await client.query(
      `UPDATE staging.delivery SET state = 'active', table_name = $2, rows = $3, sha256 = $4 WHERE id = $1`,
      [id, table, rows, sha256],
    );
    return { kind: 'active', delivery: { ...found, id, table, rows, sha256 } };
  });
}

export function sameFile(active: ActiveDelivery, found: FoundDelivery): boolean {
  return active.file === found.file && active.size === found.size && active.modified === found.modified;
}

async function register(client: pg.PoolClient, kind: StagedKind, found: FoundDelivery): Promise<string> {
  const inserted = await client.query<{ id: string }>(
    `INSERT INTO staging.delivery (source, record, shape, file, delivered, sequence, size, modified, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'loading') RETURNING id::text`,
    identity(kind, found),
  );
  return inserted.rows[0]!.id;
}

function tableName(kind: StagedKind, found: FoundDelivery, id: string): string {
  const date = found.delivered.replaceAll('-', '');
  const sequence = String(found.sequence).padStart(3, '0');
  return `${`${kind.source}_${kind.record}`.slice(0, 30)}_${date}_${sequence}_${id}`;
}

interface Filling {
  readonly source: string;
  readonly record: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function fill(
  client: pg.PoolClient,
  table: string,
  record: FileRecord,
  found: FoundDelivery,
  { log, signal, ...names }: Filling,
): Promise<{ rows: number; sha256: string }> {
  const keys = keyColumns(record);
  const columns = stagedColumns(record);
  const stored = [...keys.map((_, at) => ` key${at}`), ...columns].map((name) => pg.escapeIdentifier(name));
  const qualified = `staging.${pg.escapeIdentifier(table)}`;
  await client.query(`CREATE TABLE ${qualified} (${stored.map((name) => `${name} text`).join(', ')})`);
  const arrays = stored.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const insert = { text: `INSERT INTO ${qualified} SELECT * FROM unnest(${arrays})` };

  const hash = createHash('sha256');
  const text = readText(found.path, record.delivery.encoding, hash, signal);
  const wanted = [...keys, ...columns];
  const source = record.delivery.format === 'csv' ? readCsv(text, wanted) : readJsonLines(text, wanted);
  let batch: (string | null)[][] = stored.map(() => []);
  let rows = 0;
  let masked = 0;
  const flush = async (): Promise<void> => {
    if (batch[0]?.length === 0) return;
    await client.query({ ...insert, values: batch });
    batch = stored.map(() => []);
  };
  for await (const row of source) {
    rows += 1;
    row.forEach((value, at) => batch[at]!.push(at < keys.length ? stagedKey(value, rows) : value));
    if (isMasked(row, keys.length)) masked += 1;
    if (rows % ROWS_A_BATCH === 0) await flush();
    if (rows % ROWS_A_PROGRESS_LINE === 0)
      log.info({ ...names, file: found.file, rows }, 'loading a delivery');
  }
  await flush();
  for (const at of keys.keys()) {
    await client.query(`CREATE INDEX ON ${qualified} (${pg.escapeIdentifier(` key${at}`)})`);
  }
  await client.query(`ANALYZE ${qualified}`);
  if (masked > 0)
    log.warn({ ...names, file: found.file, masked }, 'rows with masked keys can never be found');
  return { rows, sha256: hash.digest('hex') };
}

/** Keys are compared in one form, so that spaces, width or a hyphen in a delivery hide nobody. */
function stagedKey(value: string | null, row: number): string {
  const key = value === null ? undefined : comparableKey(value);
  if (key === undefined) throw new DeliveryProblem('NO_KEY', `record ${row} has no key`);
  return key;
}

function isMasked(row: StagedRow, keys: number): boolean {
  for (let at = 0; at < keys; at += 1) if (row[at]?.includes('*') === true) return true;
  return false;
}

/** The delivery before this one, and those of manifests that no gateway has used for a day. */
async function retire(client: pg.PoolClient, kind: StagedKind): Promise<void> {
  await client.query(
    `UPDATE staging.delivery SET state = 'retired', retired_at = now()
     WHERE source = $1 AND record = $2 AND state = 'active'
       AND (shape = $3 OR loaded_at < now() - interval '1 day')`,
    [kind.source, kind.record, kind.shape],
  );
}
