// One page of accesses to a subject, newest first. A page is bounded; a cursor names the access it continues after.
import { ClientError } from '../errors.ts';
import type { GatewayState } from '../state/state.ts';

/** Days in Beijing, both included. */
export interface PageAsked {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly first: number;
  readonly after: Cursor | undefined;
}

export interface AccessQuestion extends PageAsked {
  /** Pseudonyms. */
  readonly subjects: readonly string[];
  /** Only what a subject is told. */
  readonly told: boolean;
}

export interface Access {
  readonly at: Date;
  readonly consumer: string;
  readonly purpose: string;
  readonly request: string;
  readonly caseNumber: string | null;
  readonly officer: string | null;
  readonly answered: boolean;
  /** Coordinates, sorted. */
  readonly fields: readonly string[];
}

export interface AccessPage {
  readonly accesses: readonly Access[];
  /** Cursor of the last one, where more follow. */
  readonly next?: string;
}

interface Cursor {
  readonly at: Date;
  readonly id: string;
}

const mostAtOnce = 200;
const usual = 50;

/** Reads the arguments of a page. @throws ClientError VALUE_INVALID, naming the argument */
export function pageAsked(given: Readonly<Record<string, unknown>>, root: string): PageAsked {
  const [from, to, after] = ['from', 'to', 'after'].map((name) => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  });
  const first = typeof given['first'] === 'number' ? given['first'] : usual;
  if (first < 1 || first > mostAtOnce) throw new ClientError('VALUE_INVALID', `${root}(first)`);
  if (from !== undefined && to !== undefined && from > to)
    throw new ClientError('VALUE_INVALID', `${root}(to)`);
  const cursor = after === undefined ? undefined : readCursor(after);
  if (after !== undefined && cursor === undefined) throw new ClientError('VALUE_INVALID', `${root}(after)`);
  return { from, to, first, after: cursor };
}

function readCursor(text: string): Cursor | undefined {
  const decoded = text.length > 60 ? '' : Buffer.from(text, 'base64url').toString('latin1');
  const [, milliseconds, id] = /^(\d{1,15})\.(\d{1,18})$/.exec(decoded) ?? [];
  return milliseconds === undefined ? undefined : { at: new Date(Number(milliseconds)), id: id! };
}

interface AccessRow extends Record<string, unknown> {
  readonly id: string;
  readonly at: Date;
  readonly consumer: string;
  readonly purpose: string;
  readonly request: string;
  readonly case_number: string | null;
  readonly officer: string | null;
  readonly answered: boolean;
  readonly sources: readonly string[];
  readonly fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const select = `
  select r.id, r.at, r.consumer, r.purpose, r.request, r.case_number, r.officer, r.answered, r.fields, s.sources
  from gateway.access_subject s join gateway.access_reading r on r.id = s.reading
  where s.subject = any($1::text[])
    and s.at >= coalesce($2::date, '-infinity')::timestamp at time zone 'Asia/Shanghai'
    and s.at < coalesce($3::date + 1, 'infinity')::timestamp at time zone 'Asia/Shanghai'
    and (s.at, s.reading) < (coalesce($4::timestamptz, 'infinity'), coalesce($5::bigint, 9223372036854775807))
    and not ($6::boolean and r.sealed)
  order by s.at desc, s.reading desc
  limit $7`;

export async function readAccesses(state: GatewayState, asked: AccessQuestion): Promise<AccessPage> {
  const { subjects, from, to, first, after, told } = asked;
  const rows = await state.query<AccessRow>(select, [
    subjects,
    from ?? null,
    to ?? null,
    after?.at ?? null,
    after?.id ?? null,
    told,
    first + 1,
  ]);
  const accesses = rows.slice(0, first).map((row): Access => ({
    at: row.at,
    consumer: row.consumer,
    purpose: row.purpose,
    request: row.request,
    caseNumber: row.case_number,
    officer: row.officer,
    answered: row.answered,
    fields: row.sources
      .flatMap((source) => Object.entries(row.fields[source] ?? {}))
      .flatMap(([record, names]) => names.map((name) => `${record}.${name}`))
      .sort(),
  }));
  const last = rows[first - 1];
  if (rows.length <= first || last === undefined) return { accesses };
  const next = Buffer.from(`${last.at.getTime()}.${last.id}`).toString('base64url');
  return { accesses, next };
}
