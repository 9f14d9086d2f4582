// Keeps what happened: intent before the first fetch, outcome before the answer, both durable before anything
// leaves. Identifiers enter the log as pseudonyms only, documents as `recordedDocument` leaves them.
import { createHash } from 'node:crypto';
import { type DocumentNode, print } from 'graphql';
import type { SourceRequest, Subject } from '../../connectors/contract.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import { testsSent } from '../../connectors/source-condition.ts';
import type { FieldTest } from '../../policies/engine/row-filter.ts';
import type { AuditBody, Head, Json } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { ErrorCode } from '../errors.ts';
import type { Completion } from './complete.ts';
import { type Pseudonymise, pseudonymOf } from './pseudonyms.ts';
import { type RecordedDocument, recordedDocument } from './recorded-document.ts';
import { stateFor } from './section-view.ts';
import type { Admitted, Caller, Decided, Fetched, Planned } from './stages.ts';

/** What the record stage writes. Every method that answers resolves when its entries are durable. */
export interface Recorder {
  /**
   * Appends the intent: who wants what of whom, why, under which policies. Must precede the first fetch.
   * @returns where it stands
   */
  intend(
    admitted: Admitted,
    document: DocumentNode,
    operationName: string | undefined,
    planned?: Planned,
  ): Head;
  /** Waits until everything appended so far is durable: nothing is done that would leave no trace. */
  settle(): Promise<void>;
  /** The last entry of the log, durable after `settle`. */
  head(): Head;
  /** Appends what was done, or told, about an answer or a record; durable with the outcome. */
  note(decided: Decided, deed: string, about: Readonly<Record<string, Json>>): void;
  /** Appends the outcome and waits until intent and outcome are durable. */
  conclude(admitted: Admitted, outcome: Outcome): Promise<void>;
  /** Records a refusal of a known caller and waits until it is durable. */
  refuse(
    caller: Caller,
    request: string,
    code: ErrorCode,
    declared: Readonly<Record<string, string>>,
  ): Promise<void>;
}

export interface Outcome {
  readonly fetched?: Fetched;
  readonly completion?: Completion;
  /** Coordinates of the gateway's own records that were not shown. */
  readonly withheld?: readonly string[];
  readonly errors: readonly string[];
}

export function createRecorder(
  log: AuditLog,
  pseudonymise: Pseudonymise,
  manifests: readonly Manifest[],
): Recorder {
  const filtersIn = filtersBy(manifests);
  const documents = createDocumentRegister(log);
  const pseudonym = (subject: Subject): string => pseudonymOf(pseudonymise, subject);
  return {
    intend: (admitted, document, operationName, planned) => {
      const recorded = documents.keep(document);
      const body: Record<string, Json> = {
        kind: 'intent',
        request: admitted.request,
        ...callerOf(admitted.caller),
        ...declarationOf(admitted),
        document: recorded.hash,
        policyVersion: admitted.snapshot.policies.policySet.version,
        rulesVersion: admitted.snapshot.policies.rulebook.version,
      };
      if (operationName !== undefined) body['operation'] = recorded.operationName(operationName);
      if (planned !== undefined) {
        body['subjects'] = planned.subjects.map(pseudonym);
        body['fetches'] = Object.fromEntries(
          [...planned.fetches].map(([source, { steps }]) => [
            source,
            Object.fromEntries(steps.map(({ record, fields }) => [record, [...fields]])),
          ]),
        );
        const asked = askedOf(planned);
        if (asked !== undefined) body['asked'] = asked;
        const filters = filtersIn(planned.fetches);
        if (filters !== undefined) body['filters'] = filters;
        body['scenes'] = [...planned.verdicts.values()]
          .flat()
          .map(({ scene, occasion: { asOf, place } }) =>
            [scene.scene, asOf, place ?? ''].join(' ').trimEnd(),
          );
      }
      return log.appendAt(body as AuditBody);
    },
    // Not async: nothing of the records may be held while the disk is waited for.
    settle: () => log.durable(log.head.seq),
    head: () => log.head,
    note: ({ admitted }, deed, about) => {
      log.append({
        kind: 'deed',
        request: admitted.request,
        ...callerOf(admitted.caller),
        ...declarationOf(admitted),
        deed,
        ...about,
      });
    },
    conclude: (admitted, { fetched, completion, withheld, errors }) => {
      const body: Record<string, Json> = { kind: 'outcome', request: admitted.request, errors: [...errors] };
      if (fetched !== undefined) {
        body['sources'] = Object.fromEntries(
          [...fetched.answers].map(([source, { state, asOf }]) => [source, { state, asOf }]),
        );
      }
      if (fetched !== undefined && admitted.purpose?.traceEachSubject === true) {
        traceSubjects(log, admitted, fetched, completion, pseudonym);
      }
      if (withheld !== undefined && withheld.length > 0) body['withheld'] = [...withheld];
      if (completion !== undefined) {
        body['withheld'] = [...completion.withheld.keys()];
        body['verdicts'] = completion.outcomes.map(({ subject, ...verdict }) => ({
          subject: pseudonym(subject),
          ...verdict,
        }));
        if (completion.outcomes.length > 0)
          body['rulesVersion'] = admitted.snapshot.policies.rulebook.version;
      }
      return log.durable(log.append(body as AuditBody));
    },
    refuse: async (caller, request, code, declared) => {
      await log.durable(log.append({ kind: 'refusal', request, ...callerOf(caller), ...declared, code }));
    },
  };
}

/** Source → places in `subjects`, for the sources that were not asked about all of them. */
function askedOf({ subjects, fetches }: Planned): Json | undefined {
  const some = [...fetches].filter(([, { subjects: asked }]) => asked.length < subjects.length);
  if (some.length === 0) return undefined;
  const places = new Map(subjects.map((subject, place) => [subject, place]));
  return Object.fromEntries(
    some.map(([source, { subjects: asked }]) => [
      source,
      asked.flatMap((subject) => places.get(subject) ?? []),
    ]),
  );
}

/** One entry a subject: who was looked at, what was known of them and what was concluded. */
function traceSubjects(
  log: AuditLog,
  admitted: Admitted,
  fetched: Fetched,
  completion: Completion | undefined,
  pseudonym: (subject: Subject) => string,
): void {
  for (const subject of fetched.planned.subjects) {
    const sources = [...fetched.answers].map(([source, answer]) => [source, stateFor(answer, subject).state]);
    const verdicts = (completion?.outcomes ?? []).filter(({ subject: of }) => of.id === subject.id);
    log.append({
      kind: 'access',
      request: admitted.request,
      ...callerOf(admitted.caller),
      ...declarationOf(admitted),
      subject: pseudonym(subject),
      sources: Object.fromEntries(sources) as Record<string, Json>,
      verdicts: verdicts.map(({ subject: _subject, ...verdict }) => ({ ...verdict })),
    });
  }
}

function callerOf(caller: Caller): { caller: Json } {
  const { name, agency } = caller.consumer;
  return {
    caller: {
      consumer: name,
      ...(agency === undefined ? {} : { agency }),
      ...(caller.token === undefined ? {} : { token: caller.token }),
    },
  };
}

function declarationOf({ purpose, caseNumber, user }: Admitted): Record<string, Json> {
  return {
    purpose: purpose?.name ?? null,
    ...(purpose === undefined ? {} : { retain: purpose.traceRetention }),
    ...(purpose?.toldToSubject === false ? { sealed: true } : {}),
    ...(caseNumber === undefined ? {} : { case: caseNumber }),
    ...(user === undefined ? {} : { user }),
  };
}

const rememberedDocuments = 1000;

interface KeptDocument {
  /** SHA-256 of the text in the log, hex. */
  readonly hash: string;
  readonly operationName: RecordedDocument['operationName'];
}

/** Writes each document once (again when it has been forgotten) and names it by its hash. */
function createDocumentRegister(log: AuditLog): { keep(document: DocumentNode): KeptDocument } {
  const written = new Set<string>();
  const known = new WeakMap<DocumentNode, KeptDocument>();
  return {
    keep: (document) => {
      let kept = known.get(document);
      if (kept !== undefined && written.has(kept.hash)) return kept;
      const recorded = recordedDocument(document);
      const text = print(recorded.document);
      kept = { hash: createHash('sha256').update(text).digest('hex'), operationName: recorded.operationName };
      known.set(document, kept);
      if (!written.has(kept.hash)) {
        if (written.size >= rememberedDocuments) written.clear();
        written.add(kept.hash);
        log.append({ kind: 'document', sha256: kept.hash, text });
      }
      return kept;
    },
  };
}

/**
 * What each source is told to leave out: source → record type → tests. Their values come from policies, from the
 * caller's attributes and from the day, never from a record.
 */
function filtersBy(
  manifests: readonly Manifest[],
): (fetches: ReadonlyMap<string, SourceRequest>) => Json | undefined {
  const mappings = new Map(manifests.map(({ source, records }) => [source, records]));
  return (fetches) => {
    const bySource: Record<string, Json> = {};
    for (const [source, { steps }] of fetches) {
      const byRecord = steps.flatMap(({ record, filter }) => {
        const mapping = mappings.get(source)?.get(record);
        const tests = mapping === undefined ? [] : testsSent(mapping, filter);
        return tests.length === 0 ? [] : [[record, tests.map(writtenTest)] as const];
      });
      if (byRecord.length > 0) bySource[source] = Object.fromEntries(byRecord);
    }
    return Object.keys(bySource).length === 0 ? undefined : bySource;
  };
}

function writtenTest({ field, orAbsent, accepts }: FieldTest): Json {
  const { kind, ...constants } = accepts;
  return { field, test: kind, ...constants, orAbsent };
}
