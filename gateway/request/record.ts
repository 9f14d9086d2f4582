// Keeps what happened: intent before the first fetch, outcome before the answer, both durable before anything
// leaves. Identifiers enter the log as pseudonyms only, documents without their literals.
import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, print, visit } from 'graphql';
import type { Subject } from '../../connectors/contract.ts';
import type { AuditBody, Json } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { ErrorCode } from '../errors.ts';
import type { Completion } from './complete.ts';
import { type Pseudonymise, pseudonymOf } from './pseudonyms.ts';
import { stateFor } from './section-view.ts';
import type { Admitted, Caller, Fetched, Planned } from './stages.ts';

/** What the record stage writes. Every method that answers resolves when its entries are durable. */
export interface Recorder {
  /** Appends the intent: who wants what of whom, why, under which policies. Must precede the first fetch. */
  intend(
    admitted: Admitted,
    document: DocumentNode,
    operationName: string | undefined,
    planned?: Planned,
  ): void;
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
  readonly errors: readonly string[];
}

export function createRecorder(log: AuditLog, pseudonymise: Pseudonymise): Recorder {
  const documents = createDocumentRegister(log);
  const pseudonym = (subject: Subject): string => pseudonymOf(pseudonymise, subject);
  return {
    intend: (admitted, document, operationName, planned) => {
      const body: Record<string, Json> = {
        kind: 'intent',
        request: admitted.request,
        ...callerOf(admitted.caller),
        ...declarationOf(admitted),
        document: documents.keep(document),
        policyVersion: admitted.snapshot.policies.policySet.version,
        rulesVersion: admitted.snapshot.policies.rulebook.version,
      };
      if (operationName !== undefined) body['operation'] = operationName;
      if (planned !== undefined) {
        body['subjects'] = planned.subjects.map(pseudonym);
        body['fetches'] = Object.fromEntries(
          [...planned.fetches].map(([source, { steps }]) => [
            source,
            Object.fromEntries(steps.map(({ record, fields }) => [record, [...fields]])),
          ]),
        );
        body['scenes'] = [...planned.verdicts.values()]
          .flat()
          .map(({ scene, asOf }) => `${scene.scene} ${asOf}`);
      }
      log.append(body as AuditBody);
    },
    // Not async: nothing of the records may be held while the disk is waited for.
    conclude: (admitted, { fetched, completion, errors }) => {
      const body: Record<string, Json> = { kind: 'outcome', request: admitted.request, errors: [...errors] };
      if (fetched !== undefined) {
        body['sources'] = Object.fromEntries(
          [...fetched.answers].map(([source, { state, asOf }]) => [source, { state, asOf }]),
        );
      }
      if (fetched !== undefined && admitted.purpose?.traceEachSubject === true) {
        traceSubjects(log, admitted, fetched, completion, pseudonym);
      }
      if (completion !== undefined) {
        body['withheld'] = [...completion.withheld.keys()];
        body['verdicts'] = completion.outcomes.map(({ subject, scene, asOf, outcome }) => ({
          subject: pseudonym(subject),
          scene,
          asOf,
          outcome,
        }));
      }
      return log.durable(log.append(body as AuditBody));
    },
    refuse: async (caller, request, code, declared) => {
      await log.durable(log.append({ kind: 'refusal', request, ...callerOf(caller), ...declared, code }));
    },
  };
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
      verdicts: verdicts.map(({ scene, asOf, outcome }) => ({ scene, asOf, outcome })),
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
    ...(caseNumber === undefined ? {} : { case: caseNumber }),
    ...(user === undefined ? {} : { user }),
  };
}

const rememberedDocuments = 1000;

/** Writes each document once (again when it has been forgotten) and names it by its hash. */
function createDocumentRegister(log: AuditLog): { keep(document: DocumentNode): string } {
  const written = new Set<string>();
  const hashes = new WeakMap<DocumentNode, string>();
  return {
    keep: (document) => {
      let hash = hashes.get(document);
      if (hash !== undefined && written.has(hash)) return hash;
      const text = print(withoutLiterals(document));
      hash = createHash('sha256').update(text).digest('hex');
      hashes.set(document, hash);
      if (!written.has(hash)) {
        if (written.size >= rememberedDocuments) written.clear();
        written.add(hash);
        log.append({ kind: 'document', sha256: hash, text });
      }
      return hash;
    },
  };
}

/** The document as executed, its string and number literals emptied: they may be identifiers. */
function withoutLiterals(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.STRING]: (node) => ({ ...node, value: '', block: false }),
    [Kind.INT]: (node) => ({ ...node, value: '0' }),
    [Kind.FLOAT]: (node) => ({ ...node, value: '0' }),
  });
}
