// How many distinct subjects a case may touch in a day. Counted in the gateway's own database, so that replicas
// count together and a restart forgets nothing; where it cannot be counted nothing is fetched.
import pg from 'pg';

/** A case of a consumer under a purpose, on a day in Beijing (YYYY-MM-DD). */
export interface CaseOfDay {
  readonly day: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly caseNumber: string;
}

export interface CaseQuota {
  /**
   * Claims subjects (pseudonyms) for a case. All of them or none: false if the case would touch more than `limit`.
   * Rejects if it cannot be counted.
   */
  claim(of: CaseOfDay, subjects: readonly string[], limit: number): Promise<boolean>;
  close(): Promise<void>;
}

const tables = `
  create schema if not exists gateway;
  create table if not exists gateway.case_subject (
    day date not null,
    consumer text not null,
    purpose text not null,
    case_number text not null,
    subject text not null,
    primary key (day, consumer, purpose, case_number, subject)
  )`;

// One claim of a case at a time, on whichever replica: two halves must not pass where the whole would not.
const claimFunction = `
  create or replace function gateway.claim_case(
    of_day date, of_consumer text, of_purpose text, of_case text, wanted text[], most int
  ) returns boolean language plpgsql as $$
  declare touched int;
  begin
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(chr(31), of_day, of_consumer, of_purpose, of_case), 0));
    select count(*) into touched from (
      select subject from gateway.case_subject
        where day = of_day and consumer = of_consumer and purpose = of_purpose and case_number = of_case
      union select unnest(wanted)
    ) as all_subjects;
    if touched > most then return false; end if;
    insert into gateway.case_subject (day, consumer, purpose, case_number, subject)
      select distinct of_day, of_consumer, of_purpose, of_case, unnest(wanted) on conflict do nothing;
    return true;
  end $$`;

const claim = 'select gateway.claim_case($1, $2, $3, $4, $5, $6) as granted';

/** Counts older than this many days are forgotten: the audit log keeps the trace. */
const keptDays = 7;
const deadlineMilliseconds = 2000;

/** Opens the count in PostgreSQL; the tables are made on first use. */
export function openCaseQuota(databaseUrl: string): CaseQuota {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    connectionTimeoutMillis: deadlineMilliseconds,
    query_timeout: deadlineMilliseconds,
    application_name: 'credit-gateway case quota',
  });
  // An idle connection that breaks is replaced at the next claim.
  pool.on('error', () => undefined);
  let ready: Promise<unknown> | undefined;
  const prepare = async (): Promise<void> => {
    ready ??= makeTables(pool).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    await ready;
  };
  return {
    claim: async ({ day, consumer, purpose, caseNumber }, subjects, limit) => {
      await prepare();
      const values = [day, consumer, purpose, caseNumber, subjects, limit];
      const { rows } = await pool.query<{ granted: boolean }>({ name: 'claim-case', text: claim, values });
      return rows[0]?.granted === true;
    },
    close: () => pool.end(),
  };
}

async function makeTables(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // Replicas that start together would collide in `create … if not exists`.
    await client.query('begin');
    await client.query("select pg_advisory_xact_lock(hashtextextended('gateway.case_subject', 0))");
    await client.query(tables);
    await client.query(claimFunction);
    await client.query('delete from gateway.case_subject where day < current_date - $1::int', [keptDays]);
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
