// How many distinct subjects a case may touch in a day. Counted in the gateway's own state, so that replicas count
// together and a restart forgets nothing; where it cannot be counted nothing is fetched.
import type { GatewayState } from '../state/state.ts';

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
}

const claim = 'select gateway.claim_case($1, $2, $3, $4, $5, $6) as granted';

/** Counts older than this many days are forgotten: the audit log keeps the trace. */
const keptDays = 7;

export function openCaseQuota(state: GatewayState): CaseQuota {
  let forgotten = '';
  return {
    claim: async ({ day, consumer, purpose, caseNumber }, subjects, limit) => {
      if (forgotten !== day) {
        await state.query('delete from gateway.case_subject where day < $1::date - $2::int', [day, keptDays]);
        forgotten = day;
      }
      const values = [day, consumer, purpose, caseNumber, subjects, limit];
      const [row] = await state.query<{ granted: boolean }>(claim, values);
      return row?.granted === true;
    },
  };
}
