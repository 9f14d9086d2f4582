// Asks for verdicts as any caller would: one fixed query through decide → plan → fetch → complete → record, so that
// policy, quota and audit hold for a report as for every answer.
import { type ExecutionResult, Kind, type OperationDefinitionNode } from 'graphql';
import type { SubjectTypeName } from '../../schema/catalogue.ts';
import type { Head, Json } from '../audit/entry.ts';
import { ClientError } from '../errors.ts';
import type { Operation } from '../request/execute.ts';
import type { Recorder } from '../request/record.ts';
import type { Admitted } from '../request/stages.ts';
import { visibleSchema } from '../request/visible-schema.ts';
import { type VerdictOutcome, combinedOutcome, isOutcome } from './combined-outcome.ts';
import { type FixedQuery, fixedQuery } from './fixed-query.ts';
import { readAnswer } from './read-answer.ts';

/** Executes an operation as `executeOperation` does, with a recorder that may watch. */
export type Execute = (
  admitted: Admitted,
  wanted: Operation,
  watched: (recorder: Recorder) => Recorder,
) => Promise<ExecutionResult>;

export interface Question {
  readonly kind: SubjectTypeName;
  /** As they were asked: at most 64 characters each, not checked. */
  readonly codes: readonly string[];
  readonly scene: string;
  /** YYYY-MM-DD; null: today. */
  readonly asOf: string | null;
  /** null: the caller's region. */
  readonly jurisdiction: string | null;
}

/** A verdict as it was answered; what the caller may not see is null. */
export type AnsweredVerdict = { readonly [field: string]: Json };

/** A member of the answer, in the order asked. */
export type Member =
  | {
      readonly index: number;
      readonly subject: string;
      readonly outcome: VerdictOutcome;
      readonly verdict: AnsweredVerdict;
      /** Source → state and as-of of its section. */
      readonly sections: Readonly<Record<string, Json>>;
    }
  | { readonly index: number; readonly code: string; readonly message: string };

export interface Asked {
  readonly query: FixedQuery;
  readonly members: readonly Member[];
  readonly outcome: VerdictOutcome;
  /** Codes of what went wrong while the rest answered, with the source. */
  readonly errors: readonly { readonly code: string; readonly source: string | null }[];
  readonly withheld: readonly Json[];
  /** Where the intent of the query stands in the audit log. */
  readonly intent: Head;
}

interface AnsweredItem {
  readonly __typename: string;
  readonly subject?: string;
  readonly eligibility?: AnsweredVerdict;
  readonly code?: string;
  readonly message?: string;
  readonly [section: string]: Json | undefined;
}

const own = new Set(['__typename', 'subject', 'eligibility', 'index', 'code', 'message']);

/** Asks. Throws the ClientError of whatever refuses the question whole; what fails in part is in the answer. */
export async function askVerdicts(execute: Execute, admitted: Admitted, question: Question): Promise<Asked> {
  const { snapshot, caller } = admitted;
  const { kind, codes, scene, asOf, jurisdiction } = question;
  const rules = snapshot.policies.rulebook.scenes.get(scene)!;
  if (!rules.subjects.has(kind)) throw new ClientError('SCENE_NOT_APPLICABLE', kind);
  const query = fixedQuery(visibleSchema(snapshot, caller.consumer), snapshot.catalogue, kind, rules);
  if (query === undefined) throw new ClientError('SUBJECT_NOT_PERMITTED', kind);
  const operation = query.document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  let intent: Head | undefined;
  const result = await execute(
    admitted,
    { document: query.document, operation, variables: { codes, scene, asOf, jurisdiction } },
    (recorder) => ({ ...recorder, intend: (...given) => (intent = recorder.intend(...given)) }),
  );
  const answer = readAnswer<{ readonly subjects?: readonly AnsweredItem[] | null }>(result);
  const { errors, withheld } = answer;
  const items = answer.data?.subjects;
  if (items === undefined || items === null || intent === undefined) {
    throw new ClientError(errors[0]?.code ?? 'INTERNAL', errors[0]?.at);
  }
  const members = items.map(readMember);
  return {
    query,
    members,
    outcome: combinedOutcome(members.map((member) => ('outcome' in member ? member.outcome : undefined))),
    errors: errors.map(({ code, source }) => ({ code, source })),
    withheld,
    intent,
  };
}

function readMember(item: AnsweredItem, index: number): Member {
  const { subject, eligibility, code, message } = item;
  if (subject === undefined || eligibility === undefined) {
    return { index, code: code ?? 'INTERNAL', message: message ?? '' };
  }
  // A verdict whose outcome may not be seen says nothing.
  const outcome = isOutcome(eligibility['outcome']) ? eligibility['outcome'] : 'INDETERMINATE';
  const sections = Object.entries(item).filter(
    (entry): entry is [string, Json] => !own.has(entry[0]) && entry[1] !== undefined,
  );
  return { index, subject, outcome, verdict: eligibility, sections: Object.fromEntries(sections) };
}
