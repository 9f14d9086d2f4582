// Issues reports and hands them back to who issued them. No report without its signature, its trace in the audit log
// and its place in the store: in that order, for a trace of a report nobody got is better than a report without trace.
import type { Log } from '../../connectors/log.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import type { SubjectTypeName } from '../../schema/catalogue.ts';
import { ClientError } from '../errors.ts';
import type { EffectLookUp } from '../remedies/effects.ts';
import type { OwnRoots } from '../request/own-roots.ts';
import type { Recorder } from '../request/record.ts';
import type { Admitted, Decided } from '../request/stages.ts';
import { replayReport } from './replay.ts';
import { type ReportContent, reportContent } from './report-content.ts';
import { type ReportAddresses, reportAddresses } from './report-addresses.ts';
import { isReportNumber, newReportNumber } from './report-number.ts';
import type { ReportStore } from './report-store.ts';
import { hashOf, signReport } from './sign-report.ts';
import type { ReportSigningKey } from './signing-key.ts';
import { type Execute, type Question, askVerdicts } from './verdict-question.ts';

export interface ReportParts {
  readonly execute: Execute;
  readonly recorder: Recorder;
  readonly effects: EffectLookUp;
  /** Undefined where the gateway has no state of its own: then no report is possible. */
  readonly store: ReportStore | undefined;
  readonly key: ReportSigningKey;
  readonly manifests: readonly Manifest[];
  /** Address under which the gateway is reached, without a slash at its end. */
  readonly publicUrl: () => string;
  readonly clock: () => Date;
  readonly log: Log;
}

/** Members of one report, or of all consortia and replays of a request. */
export const mostMembers = 100;

const kinds: Readonly<Record<string, SubjectTypeName>> = { ORGANIZATION: 'Organization', PERSON: 'Person' };

export function reportRoots(parts: ReportParts): Partial<OwnRoots> {
  // One request, one report: what a request may cost is counted per report.
  const issued = new WeakSet<Admitted>();
  // However many roots a request has, together they name no more subjects than one may.
  const named = new WeakMap<Admitted, number>();
  const claim = (admitted: Admitted, subjects: number, at: string): void => {
    const all = (named.get(admitted) ?? 0) + subjects;
    if (all > mostMembers) throw new ClientError('TOO_MANY_SUBJECTS', at);
    named.set(admitted, all);
  };
  return {
    mutations: {
      issueReport: async (given, decided) => {
        if (issued.has(decided.admitted)) throw new ClientError('QUERY_TOO_WIDE', 'issueReport');
        const question = questionOf(given, 'issueReport(subjects)', kinds[String(given['kind'])]!);
        // What is to come can be asked about, and is nothing to put a signature to.
        if (question.asOf !== null && question.asOf > decided.admitted.today)
          throw new ClientError('VALUE_INVALID', 'issueReport(asOf)');
        issued.add(decided.admitted);
        return issue(parts, decided, question);
      },
    },
    queries: {
      report: async ({ number }, decided) => {
        const found = await findReport(parts, decided, number);
        if (found !== undefined) parts.recorder.note(decided, 'report-read', { report: String(number) });
        return found === undefined ? null : reportView(found, parts.publicUrl());
      },
      replay: async ({ number }, decided) => {
        const found = await findReport(parts, decided, number);
        if (found !== undefined) parts.recorder.note(decided, 'report-replayed', { report: String(number) });
        if (found === undefined) return null;
        const content = contentOf(found);
        claim(decided.admitted, content.question.subjects.length, 'replay');
        return replayReport(parts, decided, content);
      },
      consortium: async (given, { admitted }) => {
        const question = questionOf(
          { ...given, subjects: given['usccs'] },
          'consortium(usccs)',
          'Organization',
        );
        claim(admitted, question.codes.length, 'consortium(usccs)');
        const { outcome, members } = await askVerdicts(parts.execute, admitted, question);
        const first = members.find((member) => 'verdict' in member)?.verdict;
        return {
          scene: question.scene,
          asOf: first?.['asOf'] ?? question.asOf ?? admitted.today,
          jurisdiction: first?.['jurisdiction'] ?? question.jurisdiction,
          outcome,
          members: members.map((member) =>
            'verdict' in member ? { ...member.verdict, index: member.index, uscc: member.subject } : member,
          ),
        };
      },
    },
  };
}

function questionOf(given: Readonly<Record<string, unknown>>, at: string, kind: SubjectTypeName): Question {
  const codes = given['subjects'] as readonly string[];
  if (codes.length === 0) throw new ClientError('VALUE_INVALID', at);
  if (codes.length > mostMembers) throw new ClientError('TOO_MANY_SUBJECTS', at);
  return {
    kind,
    codes,
    scene: String(given['scene']),
    asOf: typeof given['asOf'] === 'string' ? given['asOf'] : null,
    jurisdiction: typeof given['jurisdiction'] === 'string' ? given['jurisdiction'] : null,
  };
}

async function issue(parts: ReportParts, decided: Decided, question: Question): Promise<unknown> {
  const { recorder, store, key, clock, manifests, log } = parts;
  const { admitted } = decided;
  try {
    if (store === undefined) throw new Error('reports need DATABASE_URL');
    const asked = await askVerdicts(parts.execute, admitted, question);
    const number = newReportNumber(admitted.today);
    const issuedAt = clock();
    await recorder.settle();
    const head = recorder.head();
    const content = reportContent({ number, decided, question, asked, head, issuedAt, manifests });
    const { document, hash } = await signReport({ ...content }, key);
    recorder.note(decided, 'report-issued', { report: number, sha256: hash, key: key.publicKey.kid });
    await recorder.settle();
    const { keptUntil } = content;
    const consumer = admitted.caller.consumer.name;
    await store.keep(
      { number, consumer, purpose: decided.purpose.name, issuedAt, keptUntil, hash, document },
      key.publicKey,
      admitted.today,
    );
    return reportView(document, parts.publicUrl());
  } catch (error) {
    // What the gateway itself cannot do at the moment is no refusal of the question.
    if (error instanceof ClientError && error.code !== 'NOT_READY') throw error;
    log.error({ request: admitted.request, err: error }, 'a report could not be issued');
    throw new ClientError('REPORT_NOT_POSSIBLE', 'issueReport', error);
  }
}

/** The document of a report of this caller and purpose; what is another's and what is not there look alike. */
async function findReport(
  { store, log }: ReportParts,
  { admitted, purpose }: Decided,
  number: unknown,
): Promise<string | undefined> {
  if (store === undefined || typeof number !== 'string' || !isReportNumber(number)) return undefined;
  try {
    const found = await store.find(number, admitted.caller.consumer.name, admitted.today);
    return found?.purpose === purpose.name ? found.document : undefined;
  } catch (error) {
    log.error({ request: admitted.request, err: error }, 'a report cannot be read');
    throw new ClientError('REPORT_NOT_POSSIBLE', 'report', error);
  }
}

/** Of a document this gateway signed and kept. */
export function contentOf(document: string): ReportContent {
  return (JSON.parse(document) as { readonly report: ReportContent }).report;
}

/** The thumbprint in the header of a document's signature. */
export function keyIdOf(document: string): string {
  const { signature } = JSON.parse(document) as { readonly signature: string };
  const header = JSON.parse(Buffer.from(signature.split('.', 1)[0]!, 'base64url').toString()) as {
    kid: string;
  };
  return header.kid;
}

function reportView(document: string, publicUrl: string): Record<string, unknown> & ReportAddresses {
  const { number, issuedAt, keptUntil, verdicts } = contentOf(document);
  const hash = hashOf(document);
  return {
    number,
    issuedAt,
    keptUntil,
    hash,
    keyId: keyIdOf(document),
    outcome: verdicts.combined,
    members: verdicts.members,
    document,
    ...reportAddresses(publicUrl, number, hash),
  };
}
