// Decides every coordinate for (caller, purpose) before anything is fetched.
import { ClientError } from '../errors.ts';
import { type Admitted, type Decided, enter } from './stages.ts';

/** The decision table of the request. Throws PURPOSE_REQUIRED where none was declared. */
export function decide(admitted: Admitted): Decided {
  const { purpose, snapshot, caller } = admitted;
  if (purpose === undefined) throw new ClientError('PURPOSE_REQUIRED');
  const table = snapshot.tableFor({
    consumer: caller.consumer,
    purpose,
    caseGiven: admitted.caseNumber !== undefined,
    userGiven: admitted.user !== undefined,
  });
  return enter<'decided', Decided>({ admitted, purpose, table } as Decided);
}
