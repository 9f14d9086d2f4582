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

const insert = `
  insert into gateway.case_subject (day, consumer, purpose, case_number, subject)
  select $1, $2, $3, $4, subject from unnest($5::text[]) as subject on conflict do nothing`;

const count = `
  select count(*)::int as subjects from gateway.case_subject
  where day = $1 and consumer = $2 and purpose = $3 and case_number = $4`;

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
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const key = [day, consumer, purpose, caseNumber];
        // One claim of a case at a time, on whichever replica: two halves must not pass where the whole would not.
        await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify(key)]);
        await client.query(insert, [...key, [...new Set(subjects)]]);
        const { rows } = await client.query<{ subjects: number }>(count, key);
        const granted = rows[0]!.subjects <= limit;
        await client.query(granted ? 'commit' : 'rollback');
        return granted;
      } catch (error) {
        broken = error instanceof Error ? error : new Error('the count failed');
        throw broken;
      } finally {
        client.release(broken);
      }
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
    await client.query('delete from gateway.case_subject where day < current_date - $1::int', [keptDays]);
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
