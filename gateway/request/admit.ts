// Admits a caller with a declared purpose, and with the case number and user where the purpose demands them.
import type { Purpose } from '../../policies/engine/consumers.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import { ClientError } from '../errors.ts';
import { declaredName } from './declared-names.ts';
import type { PolicySnapshot } from './snapshot.ts';
import { type Admitted, type Caller, enter } from './stages.ts';

/** The headers of this interface, as `IncomingMessage.headersDistinct` gives them. */
export interface DeclaredHeaders {
  readonly purpose: readonly string[] | undefined;
  readonly caseNumber: readonly string[] | undefined;
  readonly user: readonly string[] | undefined;
}

/**
 * Checks the declaration. An undeclared purpose is admitted here and refused by `requirePurpose` unless the
 * operation only introspects.
 */
export function admit(
  caller: Caller,
  headers: DeclaredHeaders,
  snapshot: PolicySnapshot,
  facts: { readonly request: string; readonly receivedAt: Date },
): Admitted {
  const declared = single(headers.purpose) ?? caller.consumer.defaultPurpose;
  const givenCase = single(headers.caseNumber);
  const givenUser = single(headers.user);
  const caseNumber = givenCase === undefined ? undefined : declaredName(givenCase, 'CASE_INVALID');
  const user = givenUser === undefined ? undefined : declaredName(givenUser, 'USER_INVALID');
  let purpose: Purpose | undefined;
  if (declared !== undefined) {
    purpose = snapshot.policies.policySet.consumers.purposes.get(declared);
    if (purpose === undefined) throw new ClientError('PURPOSE_UNKNOWN');
    if (!caller.consumer.purposes.includes(purpose.name)) throw new ClientError('PURPOSE_NOT_HELD');
    if (purpose.caseRequired && caseNumber === undefined) throw new ClientError('CASE_REQUIRED');
    if (purpose.userRequired && user === undefined) throw new ClientError('USER_REQUIRED');
    if (purpose.ownSubjectOnly) requireSelf(caller, purpose);
  }
  return enter<'admitted', Admitted>({
    caller,
    request: facts.request,
    receivedAt: facts.receivedAt,
    today: beijingDay(facts.receivedAt),
    snapshot,
    ...(purpose === undefined ? {} : { purpose }),
    ...(caseNumber === undefined ? {} : { caseNumber }),
    ...(user === undefined ? {} : { user }),
  } as Admitted);
}

/** A purpose for one's own records is of no use to a token that says nothing of whose they are. */
function requireSelf({ speaksFor }: Caller, { subjects }: Purpose): void {
  if (speaksFor === undefined) throw new ClientError('SELF_REQUIRED');
  if (!subjects.includes(speaksFor.kind)) throw new ClientError('SUBJECT_NOT_PERMITTED');
}

function single(values: readonly string[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  if (values.length > 1) throw new ClientError('HEADER_REPEATED');
  return values[0] === '' ? undefined : values[0];
}
