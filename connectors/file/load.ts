// Loads one delivery in one transaction: everything anew into a table of its own, or changes into the active one.
// Look-ups see the delivery before or this one, whole, and a crash leaves nothing behind.
import { lstat } from 'node:fs/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { FileRecord } from '../manifest.ts';
import { applyDelta } from './apply-delta.ts';
import { compareDeliveries } from './delivery-name.ts';
import { DeliveryProblem, type Finding, Findings, problem } from './delivery-problem.ts';
import { type LeftOut, nothingLeftOut } from './drop-rows.ts';
import { openRowWriter } from './insert-rows.ts';
import { openRows } from './open-rows.ts';
import { type Proof, proveDelivery } from './prove.ts';
import {
  type ActiveDelivery,
  type FoundDelivery,
  type StagedKind,
  readActive,
  register,
  retire,
} from './register.ts';
import { refuseShrunken } from './shrunken.ts';
import { stageRowsOf } from './stage-row.ts';
import { type KeyCounts, countKeys } from './key-counts.ts';
import type { DeliveryOptions } from './manifest-part.ts';
import { FAULT_COLUMN, keyColumns, stagedNames, stagedSources } from './staged-columns.ts';
import { inTransaction } from './staging.ts';

export type LoadOutcome =
  | { readonly kind: 'active'; readonly delivery: ActiveDelivery }
  /** Another gateway is loading this record type, or the file is still being written. */
  | { readonly kind: 'busy' };

export interface Loading {
  readonly pool: pg.Pool;
  readonly kind: StagedKind;
  readonly record: FileRecord;
  readonly found: FoundDelivery;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A person has said that it may be so much smaller. */
  readonly released: boolean;
}

/** What is known while a delivery is read. */
export interface LoadStep extends Omit<Loading, 'pool'> {
  readonly client: pg.PoolClient;
  readonly proof: Proof;
  readonly previous: ActiveDelivery | undefined;
  readonly progress: (rows: number) => void;
}

/** @throws DeliveryProblem when the delivery is to be put aside; then nothing has changed */
export async function loadDelivery(loading: Loading): Promise<LoadOutcome> {
  const { pool, kind, record, found, log, signal } = loading;
  const started = performance.now();
  const progress = (rows: number): void => {
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    log.info(
      { source: kind.source, record: kind.record, file: found.file, rows, seconds },
      'loading a delivery',
    );
  };
  return inTransaction<LoadOutcome>(pool, async (client) => {
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
    // What it builds on may have been replaced meanwhile; the next look decides anew.
    if (found.delta && found.sequence !== (previous?.sequence ?? Number.NaN) + 1) return { kind: 'busy' };
    const proof = await proveDelivery(found, demanded(found, record.delivery), signal);
    const step = { ...loading, client, proof, previous, progress };
    const delivery = found.delta ? await applyDelta(step) : await loadFull(step);
    if (await hasChanged(found)) throw new FileChanged();
    return { kind: 'active', delivery };
  }).catch((error: unknown): LoadOutcome => {
    if (error instanceof FileChanged) return { kind: 'busy' };
    throw error;
  });
}

/** A person stands for the file with the hash where he has released a delivery without it. */
function demanded({ refused }: FoundDelivery, delivery: DeliveryOptions): DeliveryOptions {
  return refused === 'no sidecar'
    ? { ...delivery, check: { ...delivery.check, sidecar: undefined } }
    : delivery;
}

/** What a full delivery would bring, were it taken as it lies there. */
export interface LookedThrough {
  readonly rows: number;
  readonly keys: KeyCounts;
  readonly findings: readonly Finding[];
}

/** Reads a delivery that waits, so that its agency hears at once of everything. Leaves nothing behind. */
export async function lookThrough(loading: Omit<Loading, 'released'>): Promise<LookedThrough> {
  const { pool, record, found, signal, kind } = loading;
  const progress = (): void => undefined;
  let looked: LookedThrough | undefined;
  await inTransaction(pool, async (client) => {
    const proof = await proveDelivery(found, demanded(found, record.delivery), signal);
    const table = tableName(kind, found, 'waiting');
    const step = { ...loading, client, proof, previous: undefined, released: false, progress };
    const filled = await fill(step, `staging.${pg.escapeIdentifier(table)}`);
    looked = { ...filled, keys: { ...(await countKeys(client, record, table)), leftOut: filled.leftOut } };
    throw new NotTaken();
  }).catch((error: unknown) => {
    if (error instanceof DeliveryProblem) looked = { rows: 0, keys: NO_KEYS, findings: error.findings };
    else if (!(error instanceof NotTaken)) throw error;
  });
  return looked!;
}

/** Ends a transaction in which a delivery was only looked at. */
class NotTaken extends Error {}

const NO_KEYS: KeyCounts = { masked: 0, spoilt: 0, unusable: {}, leftOut: nothingLeftOut() };

/** Ends the transaction; the next look finds the file as it is then. */
class FileChanged extends Error {}

async function hasChanged({ path, size, modified }: FoundDelivery): Promise<boolean> {
  const now = await lstat(path, { bigint: true }).catch(() => undefined);
  // Taken away after it was read is no harm: all of it was.
  return now !== undefined && (Number(now.size) !== size || modified.split('+')[0] !== String(now.mtimeNs));
}

type FileMark = Pick<FoundDelivery, 'file' | 'size' | 'modified'>;

export function sameFile(one: FileMark, other: FileMark): boolean {
  return one.file === other.file && one.size === other.size && one.modified === other.modified;
}

async function loadFull(step: LoadStep): Promise<ActiveDelivery> {
  const { client, kind, found, proof, previous, record, released } = step;
  const { sha256 } = proof;
  const id = await register(client, kind, found);
  const table = tableName(kind, found, id);
  const { rows, findings, leftOut } = await fill(step, `staging.${pg.escapeIdentifier(table)}`);
  const keys = { ...(await countKeys(client, record, table)), leftOut };
  if (previous !== undefined && !released)
    refuseShrunken({ rows, keys, findings }, previous, record.delivery.shrink);
  await retire(client, kind);
  const whole = proof.whole || released;
  await client.query(
    `UPDATE staging.delivery SET state = 'active', table_name = $2, rows = $3, sha256 = $4, keys = $5, findings = $6,
       whole = $7 WHERE id = $1`,
    [id, table, rows, sha256, JSON.stringify(keys), JSON.stringify(findings), whole],
  );
  return { ...found, id, table, rows, sha256, keys, whole, findings };
}

function tableName(kind: StagedKind, found: FoundDelivery, id: string): string {
  const date = found.delivered.replaceAll('-', '');
  const sequence = String(found.sequence).padStart(3, '0');
  return `${`${kind.source}_${kind.record}`.slice(0, 30)}_${date}_${sequence}_${id}`;
}

/** Resolves with the number of rows, and what is wrong with keys that are nobody's. */
async function fill(
  { client, record, found, proof, signal, progress }: LoadStep,
  table: string,
): Promise<{ readonly rows: number; readonly findings: readonly Finding[]; readonly leftOut: LeftOut }> {
  const names = stagedNames(record);
  const columns = names.all.map((name) => ({ name: pg.escapeIdentifier(name), type: 'text' }));
  await client.query(`CREATE TABLE ${table} (${columns.map(({ name }) => `${name} text`).join(', ')})`);
  const findings = new Findings();
  const complain = findings.add.bind(findings);
  const noted = new Findings();
  const writer = openRowWriter({ client, table, columns, progress });
  const leftOut = nothingLeftOut();
  const stager = stageRowsOf(record, complain, noted.add.bind(noted), leftOut);
  const wanted = { columns: stagedSources(record), leftOut };
  for await (const row of openRows(found, record.delivery, proof, wanted, complain, signal)) {
    // After the first mistake the rest is only read to tell of all mistakes at once.
    for (const staged of stager.stage(row)) if (findings.none) await writer.write(staged);
  }
  if (leftOut.keyless > 0 && stager.staged === 0)
    complain(
      'UNUSABLE_KEY',
      'no row holds a key: is it the agreed column?',
      1,
      names.keys.length === 1 ? keyColumns(record)[0] : undefined,
    );
  // Whoever corrects the delivery hears of its keys as well.
  findings.end(noted.all);
  const rows = await writer.end();
  for (const name of names.keys)
    await client.query(`CREATE INDEX ON ${table} (${pg.escapeIdentifier(name)})`);
  const fault = pg.escapeIdentifier(FAULT_COLUMN);
  await client.query(`CREATE INDEX ON ${table} (${fault}) WHERE ${fault} IS NOT NULL`);
  if (names.identity.length > 0) {
    const unique = names.unique.map((name) => pg.escapeIdentifier(name)).join(', ');
    await client.query(`CREATE UNIQUE INDEX ON ${table} (${unique})`).catch((error: unknown) => {
      const NOT_UNIQUE = '23505';
      if ((error as { code?: unknown }).code !== NOT_UNIQUE) throw error;
      throw problem('DUPLICATE_KEY', `two rows have the same ${record.delivery.deltas?.key.join(', ')}`);
    });
  }
  await client.query(`ANALYZE ${table}`);
  return { rows, findings: noted.all, leftOut };
}
