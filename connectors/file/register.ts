// The register of deliveries: which is active, what was put aside or waits and why, what a person has released. One row
// a delivery and shape; what a gateway has seen once it recognises after a restart.
import type pg from 'pg';
import type { DeliveryName } from './delivery-name.ts';
import type { DeliveryProblem, Finding } from './delivery-problem.ts';
import type { KeyCounts } from './key-counts.ts';

/** What was found on disk, before it is read. */
export interface FoundDelivery extends DeliveryName {
  readonly path: string;
  readonly size: number;
  /** Modification time in nanoseconds (and that of a sidecar), as text: it is compared, never computed with. */
  readonly modified: string;
  /** Changes to the delivery before, rather than everything anew. */
  readonly delta: boolean;
  /** Why it cannot be taken as it lies there. */
  readonly refused?: 'link' | 'no sidecar';
}

/** A delivery whose rows look-ups read. */
export interface ActiveDelivery extends DeliveryName {
  readonly id: string;
  /** Unquoted name inside the schema `staging`. */
  readonly table: string;
  readonly sha256: string;
  readonly size: number;
  readonly modified: string;
  readonly rows: number;
  readonly keys: KeyCounts;
  /** Whether a trailer, a hash or a person has said that nothing of it is missing. */
  readonly whole: boolean;
  /** What is wrong with keys that are nobody's. */
  readonly findings: readonly Finding[];
}

/** One record type of one source, read in one way. */
export interface StagedKind {
  readonly source: string;
  readonly record: string;
  /** Hash of what decides a staging table's columns. */
  readonly shape: string;
}

/**
 * `active` rows are read; `retired` were; `applied` are changes within the active one; `quarantined` were put aside;
 * `replaced` were, until they came anew under the same name; `waiting` lack the delivery before them or their proof;
 * `accepted` were released by a person and not yet loaded.
 */
export type DeliveryState =
  'loading' | 'active' | 'retired' | 'applied' | 'quarantined' | 'replaced' | 'waiting' | 'accepted';

const ACTIVE_COLUMNS = `id::text, file, to_char(delivered, 'YYYY-MM-DD') AS delivered, sequence,
  size::float8 AS size, modified, sha256, rows::float8 AS rows, table_name AS "table", keys, whole,
  coalesce(findings, '[]') AS findings`;

type Client = pg.Pool | pg.PoolClient;

export async function readActive(client: Client, kind: StagedKind): Promise<ActiveDelivery | undefined> {
  const found = await client.query<ActiveDelivery>(
    `SELECT ${ACTIVE_COLUMNS} FROM staging.delivery
     WHERE source = $1 AND record = $2 AND shape = $3 AND state = 'active'`,
    [kind.source, kind.record, kind.shape],
  );
  return found.rows[0];
}

/** What is active now for every record type of a source, and which files a person has released. */
export async function readSource(
  client: Client,
  source: string,
): Promise<readonly (ActiveDelivery & StagedKind & { readonly state: 'active' | 'accepted' })[]> {
  const found = await client.query<ActiveDelivery & StagedKind & { readonly state: 'active' | 'accepted' }>(
    `SELECT source, record, shape, state, ${ACTIVE_COLUMNS} FROM staging.delivery
     WHERE source = $1 AND state IN ('active', 'accepted')`,
    [source],
  );
  return found.rows;
}

/** What is known of this very file; undefined when it is new. */
export async function readKnown(
  client: Client,
  kind: StagedKind,
  found: FoundDelivery,
): Promise<{ readonly state: DeliveryState; readonly reason: string | null } | undefined> {
  const { source, record, shape } = kind;
  const rows = await client.query<{ state: DeliveryState; reason: string | null }>(
    `SELECT state, reason FROM staging.delivery WHERE source = $1 AND record = $2 AND shape = $3
       AND file = $4 AND size = $5 AND modified = $6 ORDER BY id DESC LIMIT 1`,
    [source, record, shape, found.file, found.size, found.modified],
  );
  return rows.rows[0];
}

/** Begins a delivery's row. Whatever waited or was released under this name is answered with it. */
export async function register(client: Client, kind: StagedKind, found: FoundDelivery): Promise<string> {
  const acceptedBy = await forget(client, kind, found);
  await client.query(
    `UPDATE staging.delivery SET state = 'replaced' WHERE source = $1 AND record = $2 AND shape = $3
       AND file = $4 AND state = 'quarantined'`,
    [kind.source, kind.record, kind.shape, found.file],
  );
  const inserted = await client.query<{ id: string }>(
    `INSERT INTO staging.delivery
       (source, record, shape, file, delivered, sequence, size, modified, state, accepted_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'loading', $9) RETURNING id::text`,
    [...identity(kind, found), acceptedBy],
  );
  return inserted.rows[0]!.id;
}

/** Puts a delivery aside, or lets it wait. A second gateway that comes to the same end changes nothing. */
export async function putAside(
  client: Client,
  kind: StagedKind,
  found: FoundDelivery,
  state: 'quarantined' | 'waiting',
  problem: DeliveryProblem,
  looked?: { readonly rows: number; readonly keys: KeyCounts },
): Promise<void> {
  await forget(client, kind, found);
  await client.query(
    `INSERT INTO staging.delivery
       (source, record, shape, file, delivered, sequence, size, modified, state, reason, findings, rows, keys)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::bigint, coalesce($13::jsonb, '{"masked": 0, "spoilt": 0, "unusable": {}, "leftOut": {"dropped": 0, "keyless": 0}}'::jsonb)
     WHERE NOT EXISTS (SELECT 1 FROM staging.delivery WHERE source = $1 AND record = $2 AND shape = $3
       AND file = $4 AND size = $7 AND modified = $8 AND state = $9)`,
    [
      ...[...identity(kind, found), state, problem.message, JSON.stringify(problem.findings)],
      ...[looked?.rows ?? null, looked === undefined ? null : JSON.stringify(looked.keys)],
    ],
  );
}

/** Nothing waits or is released under this name any more. Resolves with whoever had released it. */
export async function forget(client: Client, kind: StagedKind, found: FoundDelivery): Promise<string | null> {
  const gone = await client.query<{ by: string | null }>(
    `DELETE FROM staging.delivery WHERE source = $1 AND record = $2 AND shape = $3 AND file = $4
       AND state IN ('waiting', 'accepted') RETURNING accepted_by AS by`,
    [kind.source, kind.record, kind.shape, found.file],
  );
  return gone.rows.find(({ by }) => by !== null)?.by ?? null;
}

/** Remembers that the active delivery lies on disk in another copy now, so that it is not read again. */
export async function touchActive(
  client: Client,
  active: ActiveDelivery,
  { file, size, modified }: FoundDelivery,
): Promise<void> {
  await client.query(`UPDATE staging.delivery SET file = $2, size = $3, modified = $4 WHERE id = $1`, [
    active.id,
    file,
    size,
    modified,
  ]);
}

/** The delivery before this one, and those of manifests that no gateway has used for a day. */
export async function retire(client: Client, kind: StagedKind): Promise<void> {
  await client.query(
    `UPDATE staging.delivery SET state = 'retired', retired_at = now()
     WHERE source = $1 AND record = $2 AND state = 'active'
       AND (shape = $3 OR loaded_at < now() - interval '1 day')`,
    [kind.source, kind.record, kind.shape],
  );
}

function identity(kind: StagedKind, found: FoundDelivery): (string | number)[] {
  const { file, delivered, sequence, size, modified } = found;
  return [kind.source, kind.record, kind.shape, file, delivered, sequence, size, modified];
}

/** A line of the register, for people. */
export interface RegisteredDelivery {
  readonly id: string;
  readonly source: string;
  readonly record: string;
  readonly file: string;
  readonly delivered: string;
  readonly rows: number | null;
  readonly state: DeliveryState;
  readonly at: Date;
  readonly findings: readonly Finding[];
  /** Of one in use, and of one that waits and was looked through. */
  readonly keys: KeyCounts | null;
  readonly whole: boolean;
  readonly acceptedBy: string | null;
}

/** What is active, waits, is put aside or released, newest first; `file`: that file alone, whatever its state. */
export async function listDeliveries(client: Client, file?: string): Promise<readonly RegisteredDelivery[]> {
  const found = await client.query<RegisteredDelivery>(
    `SELECT id::text, source, record, file, to_char(delivered, 'YYYY-MM-DD') AS delivered,
       rows::float8 AS rows, state, loaded_at AS at, coalesce(findings, '[]') AS findings,
       keys, whole, accepted_by AS "acceptedBy"
     FROM staging.delivery
     WHERE CASE WHEN $1::text IS NULL THEN state IN ('active', 'waiting', 'quarantined', 'accepted')
       ELSE file = $1 END
     ORDER BY source, record, delivered DESC, sequence DESC, id DESC LIMIT 1000`,
    [file ?? null],
  );
  return found.rows;
}

/**
 * Releases deliveries of which a person says that nothing is missing: put aside for shrinking alone, waiting for their
 * proof alone, or in use without one. Resolves with how many.
 */
export async function acceptDelivery(client: Client, file: string, by: string): Promise<number> {
  const released = await client.query(
    `UPDATE staging.delivery SET state = 'accepted', accepted_by = $2
     WHERE file = $1 AND jsonb_array_length(findings) > 0
       AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(findings) AS f
         WHERE f->>'fault' <> ALL (CASE state WHEN 'quarantined' THEN '{SHRUNKEN,UNUSABLE_KEY}'::text[]
           WHEN 'waiting' THEN '{UNPROVEN,UNUSABLE_KEY}'::text[] ELSE '{}'::text[] END))`,
    [file, by],
  );
  const whole = await client.query(
    `UPDATE staging.delivery SET whole = true, accepted_by = $2 WHERE file = $1 AND state = 'active' AND NOT whole`,
    [file, by],
  );
  return (released.rowCount ?? 0) + (whole.rowCount ?? 0);
}
