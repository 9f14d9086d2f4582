// Applies a delivery of changes to the active one, within the loader's transaction: rows are deleted or put in the place
// of those with the same identity; of two changes to one row the later counts.
import pg from 'pg';
import { type Complain } from './delivered-row.ts';
import { type Finding, Findings } from './delivery-problem.ts';
import { type LeftOut, nothingLeftOut } from './drop-rows.ts';
import { openRowWriter } from './insert-rows.ts';
import { countKeys } from './key-counts.ts';
import type { LoadStep } from './load.ts';
import { openRows } from './open-rows.ts';
import { type ActiveDelivery, register } from './register.ts';
import { refuseShrunken } from './shrunken.ts';
import { stageRowsOf } from './stage-row.ts';
import { stagedNames, stagedSources } from './staged-columns.ts';

const INCOMING = 'pg_temp.incoming';

/** @throws DeliveryProblem */
export async function applyDelta(step: LoadStep): Promise<ActiveDelivery> {
  const { client, kind, record, found, proof, previous, released } = step;
  if (previous === undefined) throw new RangeError('changes need a full delivery before them');
  const table = `staging.${pg.escapeIdentifier(previous.table)}`;
  const { incoming, findings, leftOut } = await readChanges(step);
  const { all, identity, unique } = stagedNames(record);
  const same = identity.map((name) => `d.${pg.escapeIdentifier(name)} = i.${pg.escapeIdentifier(name)}`);
  const deleted = await client.query(
    `DELETE FROM ${table} d USING ${INCOMING} i WHERE ${same.join(' AND ')}`,
  );
  const list = (names: readonly string[]): string =>
    names.map((name) => pg.escapeIdentifier(name)).join(', ');
  const inserted = await client.query(
    `INSERT INTO ${table} (${list(all)})
     SELECT ${list(all)} FROM
       (SELECT *, max(n) OVER (PARTITION BY ${list(identity)}) AS latest FROM ${INCOMING}) change
     WHERE upsert AND n = latest
     ON CONFLICT (${list(unique)}) DO NOTHING`,
  );
  await client.query(`DROP TABLE ${INCOMING}`);
  const rows = previous.rows - (deleted.rowCount ?? 0) + (inserted.rowCount ?? 0);
  const keys = { ...(await countKeys(client, record, previous.table)), leftOut };
  if (!released) refuseShrunken({ rows, keys, findings }, previous, record.delivery.shrink);
  const whole = previous.whole && (proof.whole || released);
  const id = await register(client, kind, found);
  const { sha256 } = proof;
  await client.query(`UPDATE staging.delivery SET state = 'applied', rows = $2, sha256 = $3 WHERE id = $1`, [
    id,
    incoming,
    sha256,
  ]);
  await client.query(
    `UPDATE staging.delivery SET file = $2, delivered = $3, sequence = $4, size = $5, modified = $6, sha256 = $7,
       rows = $8, keys = $9, findings = $10, whole = $11, loaded_at = now() WHERE id = $1`,
    [
      ...[previous.id, found.file, found.delivered, found.sequence, found.size, found.modified, sha256, rows],
      ...[JSON.stringify(keys), JSON.stringify(findings), whole],
    ],
  );
  return { ...found, id: previous.id, table: previous.table, rows, sha256, keys, whole, findings };
}

/** Fills the temporary table of changes. Resolves with their number, and what is wrong with keys that are nobody's. */
async function readChanges(
  step: LoadStep,
): Promise<{ readonly incoming: number; readonly findings: readonly Finding[]; readonly leftOut: LeftOut }> {
  const { client, record, found, proof, signal, progress } = step;
  const { deltas } = record.delivery;
  if (deltas === undefined) throw new RangeError('this record type has no deliveries of changes');
  const { operation, key } = deltas;
  const names = stagedNames(record);
  const columns = [
    { name: 'n', type: 'bigint' },
    { name: 'upsert', type: 'boolean' },
    ...names.all.map((name) => ({ name: pg.escapeIdentifier(name), type: 'text' })),
  ];
  const definition = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  await client.query(`CREATE TEMPORARY TABLE incoming (${definition}) ON COMMIT DROP`);
  const findings = new Findings();
  const complain: Complain = findings.add.bind(findings);
  const noted = new Findings();
  const leftOut = nothingLeftOut();
  const stager = stageRowsOf(record, complain, noted.add.bind(noted), leftOut);
  const writer = openRowWriter({ client, table: INCOMING, columns, progress });
  const sources = stagedSources(record);
  const wanted = { columns: [...sources, operation.column], required: [...key, operation.column], leftOut };
  let rows = 0;
  for await (const row of openRows(found, record.delivery, proof, wanted, complain, signal)) {
    if (row.out === true) {
      stager.stage(row);
      continue;
    }
    rows += 1;
    const said = row.values.at(-1)?.trim() ?? '';
    let staged: readonly (readonly (string | null)[])[] = [];
    if (operation.upsert.includes(said)) {
      staged = stager.stage(row);
    } else if (operation.delete.includes(said)) {
      const identity = stager.identify(row);
      // Nothing but its identity is needed of a row that goes.
      if (identity !== undefined)
        staged = [names.all.map((name) => identity[names.identity.indexOf(name)] ?? null)];
    } else complain('UNKNOWN_OPERATION', 'is none of the words of the manifest', row.line, operation.column);
    for (const values of staged) {
      if (findings.none)
        await writer.write([rows, operation.upsert.includes(said) ? 'true' : 'false', ...values]);
    }
  }
  findings.end(noted.all);
  await writer.end();
  return { incoming: rows, findings: noted.all, leftOut };
}
