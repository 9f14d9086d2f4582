// What is in a report: the question, the answer, and all that is needed to understand it in fifteen years. Shapes are
// documented for readers in docs/reports.md.
import type { Manifest } from '../../connectors/manifest.ts';
import type { Bilingual } from '../../policies/engine/consumers.ts';
import type { Head, Json } from '../audit/entry.ts';
import type { Admitted, Decided } from '../request/stages.ts';
import { lastDayOf } from '../verdict/period.ts';
import type { VerdictOutcome } from './combined-outcome.ts';
import type { AnsweredVerdict, Asked, Member, Question } from './verdict-question.ts';

type Facts = { readonly [name: string]: Json };

export interface MemberOutcome {
  readonly index: number;
  readonly subject: string | null;
  readonly outcome: VerdictOutcome | null;
  readonly code: string | null;
  readonly message: string | null;
}

export interface ReportedSource {
  readonly source: string;
  readonly title: Bilingual;
  readonly owner: Bilingual;
  /** Of the manifest that says what its columns mean. */
  readonly version: string;
  readonly states: readonly string[];
  /** The oldest moment its answers speak of. */
  readonly asOf: string | null;
}

export interface ReportContent {
  readonly format: 'credit-report/1';
  readonly number: string;
  readonly issuedAt: string;
  readonly keptUntil: string;
  readonly question: {
    readonly kind: string;
    readonly subjects: readonly string[];
    readonly scene: string;
    readonly asOf: string;
    readonly jurisdiction: string | null;
    readonly query: string;
  };
  readonly asked: {
    readonly consumer: string;
    readonly title: Bilingual;
    readonly agency: string | null;
    readonly user: string | null;
    readonly case: string | null;
    readonly purpose: string;
    readonly purposeTitle: Bilingual;
    readonly legalBasis: string;
  };
  readonly verdicts: { readonly combined: VerdictOutcome; readonly members: readonly MemberOutcome[] };
  readonly answer: {
    readonly members: readonly {
      readonly index: number;
      readonly subject: string;
      readonly verdict: AnsweredVerdict;
      readonly sections: Facts;
    }[];
    readonly errors: readonly { readonly code: string; readonly source: string | null }[];
    readonly withheld: readonly Json[];
  };
  readonly sources: readonly ReportedSource[];
  readonly law: {
    readonly policyVersion: string;
    readonly rulesVersion: string;
    readonly rules: readonly Facts[];
    readonly notAssessed: readonly Facts[];
  };
  readonly audit: { readonly request: string; readonly intent: Head; readonly head: Head };
  readonly advice: string;
}

export const advice =
  'Advice to the person who decides: it cites rules and records and decides nothing by itself. ' +
  '本报告仅供经办人参考，列明规则与记录，不构成自动化决定。';

/** Parts of a verdict that are the same for every member: they stand once, under `law`. */
const once = new Set(['rules', 'notAssessed', 'advice']);

export function reportContent(given: {
  readonly number: string;
  readonly decided: Decided;
  readonly question: Question;
  readonly asked: Asked;
  /** The last entry of the audit log, durable. */
  readonly head: Head;
  readonly issuedAt: Date;
  readonly manifests: readonly Manifest[];
}): ReportContent {
  const { number, decided, question, asked, head, issuedAt, manifests } = given;
  const { admitted, purpose } = decided;
  const { consumer } = admitted.caller;
  const { policies } = admitted.snapshot;
  const judged = asked.members.filter((member) => 'verdict' in member);
  return {
    format: 'credit-report/1',
    number,
    issuedAt: issuedAt.toISOString(),
    keptUntil: lastDayKept(admitted.today, purpose.traceRetention),
    question: {
      kind: question.kind,
      subjects: question.codes,
      scene: question.scene,
      ...occasionOf(admitted, question),
      query: asked.query.text,
    },
    asked: {
      consumer: consumer.name,
      title: consumer.title,
      agency: consumer.agency ?? null,
      user: admitted.user ?? null,
      case: admitted.caseNumber ?? null,
      purpose: purpose.name,
      purposeTitle: purpose.title,
      legalBasis: purpose.legalBasis,
    },
    verdicts: { combined: asked.outcome, members: asked.members.map(memberOutcome) },
    answer: {
      members: judged.map(({ index, subject, verdict, sections }) => ({
        index,
        subject,
        verdict: Object.fromEntries(Object.entries(verdict).filter(([name]) => !once.has(name))),
        sections,
      })),
      errors: asked.errors,
      withheld: asked.withheld,
    },
    sources: reportedSources(judged, manifests),
    law: {
      policyVersion: policies.policySet.version,
      rulesVersion: policies.rulebook.version,
      rules: distinct(judged, 'rules'),
      notAssessed: distinct(judged, 'notAssessed'),
    },
    audit: { request: admitted.request, intent: asked.intent, head },
    advice,
  };
}

/** Day and place as they were applied: a default is written out, so that a replay asks the same. */
function occasionOf(
  { today, caller }: Admitted,
  { asOf, jurisdiction }: Question,
): { readonly asOf: string; readonly jurisdiction: string | null } {
  return { asOf: asOf ?? today, jurisdiction: jurisdiction ?? caller.consumer.region ?? null };
}

export function memberOutcome(member: Member): MemberOutcome {
  return 'outcome' in member
    ? { index: member.index, subject: member.subject, outcome: member.outcome, code: null, message: null }
    : { index: member.index, subject: null, outcome: null, code: member.code, message: member.message };
}

/** `retention` is an ISO 8601 period of years or months (`P15Y`). */
export function lastDayKept(today: string, retention: string): string {
  const [, count, unit] = /^P(\d+)([YM])$/.exec(retention) ?? [];
  if (count === undefined) throw new RangeError(`${retention} is no period of years or months`);
  return lastDayOf(today, Number(count) * (unit === 'Y' ? 12 : 1));
}

/** A list of a verdict's facts; empty where the caller may not see it. */
export function factsOf(verdict: AnsweredVerdict, name: string): readonly Facts[] {
  const list = verdict[name];
  return Array.isArray(list) ? (list as readonly Facts[]) : [];
}

function distinct(judged: readonly { readonly verdict: AnsweredVerdict }[], name: string): readonly Facts[] {
  const all = judged.flatMap(({ verdict }) => factsOf(verdict, name));
  return [...new Map(all.map((facts) => [JSON.stringify(facts), facts])).values()];
}

function reportedSources(
  judged: readonly { readonly verdict: AnsweredVerdict }[],
  manifests: readonly Manifest[],
): readonly ReportedSource[] {
  const evidence = judged.flatMap(({ verdict }) => factsOf(verdict, 'evidence'));
  return manifests.flatMap(({ source, title, owner, version }) => {
    const said = evidence.filter((one) => one['source'] === source);
    if (said.length === 0) return [];
    const times = said.map(({ asOf }) => asOf).filter((asOf) => typeof asOf === 'string');
    const states = [...new Set(said.map(({ state }) => text(state)))].sort();
    return [{ source, title, owner, version, states, asOf: times.sort()[0] ?? null }];
  });
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
