// Holds a case to the number of distinct subjects its purpose allows in a day, before anything is fetched.
import type { Subject } from '../../connectors/contract.ts';
import type { Log } from '../../connectors/log.ts';
import { ClientError } from '../errors.ts';
import type { CaseQuota } from './case-quota.ts';
import { type Pseudonymise, pseudonymOf } from './pseudonyms.ts';
import type { Decided } from './stages.ts';

export interface CaseLimits {
  /** Throws CASE_SUBJECTS_EXCEEDED, or NOT_READY where the subjects cannot be counted. */
  claim(decided: Decided, of: readonly Subject[]): Promise<void>;
}

/** `quota` undefined: no purpose has a limit, which start-up makes sure of. */
export function limitCases(quota: CaseQuota | undefined, pseudonymise: Pseudonymise, log: Log): CaseLimits {
  return {
    claim: async ({ admitted, purpose }, touched) => {
      const limit = purpose.subjectsPerCaseAndDay;
      if (limit === undefined || touched.length === 0) return;
      if (quota === undefined || admitted.caseNumber === undefined) throw new ClientError('NOT_READY');
      const of = {
        day: admitted.today,
        consumer: admitted.caller.consumer.name,
        purpose: purpose.name,
        caseNumber: admitted.caseNumber,
      };
      const subjects = touched.map((subject) => pseudonymOf(pseudonymise, subject));
      let granted: boolean;
      try {
        granted = await quota.claim(of, subjects, limit);
      } catch (error) {
        log.error({ request: admitted.request, err: error }, 'the subjects of a case cannot be counted');
        throw new ClientError('NOT_READY', undefined, error);
      }
      if (!granted) throw new ClientError('CASE_SUBJECTS_EXCEEDED');
    },
  };
}
