// Admits a caller with a declared purpose, and with the case number and user where the purpose demands them.
import type { Purpose } from '../../policies/engine/consumers.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import { ClientError } from '../errors.ts';
import type { PolicySnapshot } from './snapshot.ts';
import { type Admitted, type Caller, enter } from './stages.ts';

/** The headers of this interface, as `IncomingMessage.headersDistinct` gives them. */
export interface DeclaredHeaders {
  readonly purpose: readonly string[] | undefined;
  readonly caseNumber: readonly string[] | undefined;
  readonly user: readonly string[] | undefined;
}

const caseForm = /^[\p{L}\p{N}()（）〔〕[\]\-_/.]{4,64}$/u;
const userForm = /^[\p{L}\p{N}\-_.@]{2,64}$/u;

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
  const caseNumber = decoded(headers.caseNumber, 'CASE_INVALID');
  const user = decoded(headers.user, 'USER_INVALID');
  if (caseNumber !== undefined && !caseForm.test(caseNumber)) throw new ClientError('CASE_INVALID');
  if (user !== undefined && !userForm.test(user)) throw new ClientError('USER_INVALID');
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

/** Header values are Latin-1 on the wire: Chinese case numbers come percent-encoded or as raw UTF-8 bytes. */
function decoded(
  values: readonly string[] | undefined,
  code: 'CASE_INVALID' | 'USER_INVALID',
): string | undefined {
  const value = single(values);
  if (value === undefined) return undefined;
  if (value.length > 600) throw new ClientError(code);
  try {
    if (value.includes('%')) return decodeURIComponent(value).trim();
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1')).trim();
  } catch {
    throw new ClientError(code);
  }
}
