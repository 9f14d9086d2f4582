// Who read whose data: for the subject about itself, for auditors about anybody. What is behind the log is not shown as
// if it were whole: then there is no answer.
import type { Bilingual } from '../../schema/bilingual.ts';
import type { Log } from '../../connectors/log.ts';
import type { Subject } from '../../connectors/contract.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { ClientError } from '../errors.ts';
import type { CaseLimits } from '../request/case-limits.ts';
import type { OwnResolver, OwnRoots } from '../request/own-roots.ts';
import { type Pseudonymise, pseudonymOf } from '../request/pseudonyms.ts';
import type { Recorder } from '../request/record.ts';
import type { Decided } from '../request/stages.ts';
import type { GatewayState } from '../state/state.ts';
import type { AccessIndex } from './access-index.ts';
import { type AccessPage, type AccessQuestion, pageAsked, readAccesses } from './access-page.ts';

export interface AccessLogParts {
  /** Undefined: the gateway keeps no state, and cannot tell. */
  readonly state: GatewayState | undefined;
  readonly index: Pick<AccessIndex, 'catchUp'> | undefined;
  readonly pseudonymise: Pseudonymise;
  readonly recorder: Recorder;
  readonly cases: CaseLimits;
  readonly log: Log;
}

/** Milliseconds an answer waits for the index. */
const patience = 1500;

export function accessLogs(parts: AccessLogParts): Partial<OwnRoots> {
  const { pseudonymise, recorder, cases } = parts;
  const mine: OwnResolver = async (given, decided) => {
    if (!mayRead(decided, 'OwnAccessLog')) return {};
    const { speaksFor } = decided.admitted.caller;
    if (speaksFor === undefined || !decided.purpose.ownSubjectOnly)
      throw new ClientError('SELF_REQUIRED', 'myAccessLog');
    const subjects = [pseudonymOf(pseudonymise, speaksFor)];
    const question = { ...pageAsked(given, 'myAccessLog'), subjects, told: true };
    recorder.note(decided, 'own-access-log-read', { subjects });
    return view(await read(parts, decided, question), decided, true);
  };
  const anybodys: OwnResolver = async (given, decided) => {
    const asked = subjectsOf(String(given['subject']));
    if (!mayRead(decided, 'AccessLog')) return {};
    const subjects = asked.map((subject) => pseudonymOf(pseudonymise, subject));
    const question = { ...pageAsked(given, 'accessLog'), subjects, told: false };
    await cases.claim(decided, asked.slice(0, 1));
    recorder.note(decided, 'access-log-read', { subjects });
    return view(await read(parts, decided, question), decided, false);
  };
  return { queries: { myAccessLog: mine, accessLog: anybodys } };
}

/** Nothing is looked up where nothing may be shown: the fields are then withheld one by one. */
function mayRead({ table }: Decided, type: string): boolean {
  return table.decisions.get(`${type}.nodes`)?.kind === 'allow';
}

/** Whom a code may mean: most are valid as one kind only. */
function subjectsOf(text: string): readonly Subject[] {
  const person = parseCitizenId(text);
  const organization = parseUscc(text);
  const subjects: Subject[] = [
    ...(person.ok ? [{ kind: 'Person', id: person.value } as const] : []),
    ...(organization.ok ? [{ kind: 'Organization', id: organization.value } as const] : []),
  ];
  if (subjects.length === 0) throw new ClientError('IDENTIFIER_INVALID', 'accessLog(subject)');
  return subjects;
}

async function read(
  { state, index, log }: AccessLogParts,
  { admitted }: Decided,
  question: AccessQuestion,
): Promise<AccessPage> {
  if (state === undefined || index === undefined) throw new ClientError('NOT_READY');
  try {
    await index.catchUp(patience);
    return await readAccesses(state, question);
  } catch (error) {
    log.error({ request: admitted.request, err: error }, 'the access log cannot be read');
    throw new ClientError('NOT_READY', undefined, error);
  }
}

function view({ accesses, next }: AccessPage, decided: Decided, own: boolean): unknown {
  const { consumers, purposes } = decided.admitted.snapshot.policies.policySet.consumers;
  const titled = (held: { readonly title: Bilingual } | undefined) =>
    held === undefined ? null : `${held.title.en} ${held.title.zh}`;
  // What the subject may never see of itself is not named to it either.
  const named = (record: string): boolean => !own || decided.table.records.get(record)?.anyShown === true;
  return {
    nodes: accesses.map((access) => ({
      at: access.at.toISOString(),
      consumer: access.consumer,
      consumerTitle: titled(consumers.get(access.consumer)),
      purpose: access.purpose,
      purposeTitle: titled(purposes.get(access.purpose)),
      fields: access.fields.filter((coordinate) => named(coordinate.split('.')[0]!)),
      answered: access.answered,
      request: access.request,
      user: access.officer,
      caseNumber: access.caseNumber,
    })),
    pageInfo: { hasNextPage: next !== undefined, endCursor: next ?? null },
  };
}
