// The steps of all remedies as a list that can be followed: ordered, each once, from any point again. Steps are written
// one transaction at a time, so that none appears before a cursor that has been handed out.
import { ClientError } from '../errors.ts';
import type { Query } from '../state/state.ts';

const mostChanges = 500;

interface ChangeRow {
  readonly seq: string;
  readonly kind: string;
  readonly number: string;
  readonly source: string;
  readonly record_type: string;
  readonly record: string;
  readonly subject_id: string;
  readonly to_state: string;
  readonly effect: string | null;
  readonly at: Date;
}

const statement = `
  select e.seq, r.kind, r.number, r.source, r.record_type, r.record, r.subject_id, e.to_state, e.effect, e.at
  from gateway.remedy_event e join gateway.remedy r using (number)
  where e.seq > $1 and r.record_type = any($3) order by e.seq limit $2`;

/** A page of changes to records of these types, after a cursor. @throws ClientError VALUE_INVALID for a cursor this gateway did not make */
export async function changesSince(
  query: Query,
  { since, first }: { readonly since?: string | null; readonly first?: number | null },
  recordTypes: readonly string[],
): Promise<unknown> {
  const after = typeof since === 'string' ? placeIn(since) : '0';
  const size = Math.min(Math.max(first ?? 100, 1), mostChanges);
  const rows = await query<ChangeRow>(statement, [after, size + 1, recordTypes]);
  const nodes = rows.slice(0, size);
  return {
    nodes: nodes.map((row) => ({
      cursor: cursorAt(row.seq),
      kind: row.kind,
      number: row.number,
      source: row.source,
      recordType: row.record_type,
      record: row.record,
      subject: row.subject_id,
      state: row.to_state,
      effect: row.effect,
      at: row.at.toISOString(),
    })),
    next: cursorAt(nodes.at(-1)?.seq ?? after),
    more: rows.length > size,
  };
}

function cursorAt(seq: string): string {
  return Buffer.from(`c${seq}`).toString('base64url');
}

function placeIn(cursor: string): string {
  const match = /^c(0|[1-9]\d{0,17})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) throw new ClientError('VALUE_INVALID', 'remedyChanges(since)');
  return match[1]!;
}
