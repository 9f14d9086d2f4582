// Reads the last requests out of the audit log as what they were about: who, why, which fields, which verdicts.
// Whom they were about is not needed and not read.
import { Kind, type DocumentNode, parse } from 'graphql';
import type { Catalogue, SubjectTypeName } from '../../schema/catalogue.ts';
import { ownSource } from '../../schema/catalogue.ts';
import { type AuditEntry, type Json, parseEntry } from '../audit/entry.ts';
import { type BadEntry, walkAuditLog } from '../audit/walk.ts';
import { selectedCoordinates } from './selected-coordinates.ts';
import type { AuditedVerdict, AuditedVerdicts } from './verdict-impact.ts';

export interface AuditedRequest {
  readonly consumer: string;
  readonly purpose: string;
  readonly caseGiven: boolean;
  readonly userGiven: boolean;
  /** Kinds of subject; empty where the document is not in the log. */
  readonly subjects: ReadonlySet<SubjectTypeName>;
  /** Coordinates it asked to be shown, the withheld ones included. */
  readonly shown: readonly string[];
  /** Every coordinate its document names, selected or skipped. */
  readonly named: readonly string[];
  /** Scenes of the verdicts it asked for. */
  readonly scenes: readonly string[];
  /** The verdicts it was given; undefined where no outcome is in the log. */
  readonly given?: AuditedVerdicts;
}

export interface AuditedRequests {
  /** Oldest first. */
  readonly requests: readonly AuditedRequest[];
  /** Where the chain is broken: what stands after it was not read. */
  readonly problem?: BadEntry;
}

/**
 * The last `count` requests that declared a purpose. The log is walked twice, so that only their documents are kept.
 * @throws the system error of a directory it cannot read
 */
export async function readAuditedRequests(
  directory: string,
  count: number,
  catalogue: Catalogue,
): Promise<AuditedRequests> {
  const intents = new Map<string, { readonly intent: AuditEntry; outcome?: AuditEntry }>();
  let problem: BadEntry | undefined;
  for await (const step of walkAuditLog(directory)) {
    if (step.kind === 'end') {
      problem = step.problem;
      break;
    }
    for (const { frame, line } of step.entries) {
      if (frame.kind === 'intent') {
        const intent = parseEntry(line.bytes);
        if (typeof intent['purpose'] !== 'string') continue;
        intents.set(textOf(intent['request']), { intent });
        const [oldest] = intents.keys();
        if (intents.size > count && oldest !== undefined) intents.delete(oldest);
      } else if (frame.kind === 'outcome' && intents.size > 0) {
        const outcome = parseEntry(line.bytes);
        const known = intents.get(textOf(outcome['request']));
        if (known !== undefined) known.outcome = outcome;
      }
    }
  }
  const kept = [...intents.values()];
  const documents = await readDocuments(directory, new Set(kept.map(({ intent }) => intent['document'])));
  const requests = kept.map(({ intent, outcome }) => requestOf(intent, outcome, documents, catalogue));
  return problem === undefined ? { requests } : { requests, problem };
}

async function readDocuments(
  directory: string,
  wanted: ReadonlySet<Json | undefined>,
): Promise<ReadonlyMap<string, DocumentNode>> {
  const documents = new Map<string, DocumentNode>();
  for await (const step of walkAuditLog(directory)) {
    if (step.kind === 'end') break;
    for (const { frame, line } of step.entries) {
      if (frame.kind !== 'document') continue;
      const { sha256, text } = parseEntry(line.bytes);
      if (typeof sha256 !== 'string' || typeof text !== 'string' || !wanted.has(sha256)) continue;
      if (!documents.has(sha256)) documents.set(sha256, parse(text, { noLocation: true }));
    }
  }
  return documents;
}

function requestOf(
  intent: AuditEntry,
  outcome: AuditEntry | undefined,
  documents: ReadonlyMap<string, DocumentNode>,
  catalogue: Catalogue,
): AuditedRequest {
  const touched = new Set([...fetchedFields(intent['fetches']), ...texts(outcome?.['withheld'])]);
  const document = documents.get(textOf(intent['document']));
  const base = {
    consumer: textOf((intent['caller'] as { readonly consumer?: Json } | undefined)?.consumer),
    purpose: textOf(intent['purpose']),
    caseGiven: intent['case'] !== undefined,
    userGiven: intent['user'] !== undefined,
    scenes: texts(intent['scenes']).map((scene) => scene.split(' ')[0]!),
    ...(outcome === undefined ? {} : { given: verdictsIn(outcome, intent) }),
  };
  const known = (coordinate: string): boolean => catalogue.coordinates.has(coordinate);
  if (
    document === undefined ||
    !document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  ) {
    return { ...base, subjects: new Set(), shown: [...touched].filter(known).sort(), named: [] };
  }
  const operationName = typeof intent['operation'] === 'string' ? intent['operation'] : undefined;
  const selected = selectedCoordinates(catalogue, document, { operationName });
  // The document says what could be selected, the log what was: @skip and @include depended on variables. What only
  // a condition or a verdict needed is in the log alone.
  const shown = selected.coordinates.filter(
    (coordinate) =>
      touched.has(coordinate) || catalogue.records.get(coordinate.split('.')[0]!)?.source === ownSource,
  );
  return { ...base, subjects: selected.subjects, shown, named: selected.coordinates };
}

/** Entries from before rules were named have verdicts without them, and the version in the intent alone. */
function verdictsIn(outcome: AuditEntry, intent: AuditEntry): AuditedVerdicts {
  const listed = Array.isArray(outcome['verdicts']) ? (outcome['verdicts'] as readonly Json[]) : [];
  const version = outcome['rulesVersion'] ?? intent['rulesVersion'];
  return {
    entry: outcome.seq,
    ...(typeof version === 'string' ? { rulesVersion: version } : {}),
    verdicts: listed.map((one): AuditedVerdict => {
      const verdict = (one ?? {}) as Readonly<Record<string, Json>>;
      const { scene, asOf, outcome: reached, rules } = verdict;
      return {
        ...{ scene: textOf(scene), asOf: textOf(asOf), outcome: textOf(reached) },
        ...(Array.isArray(rules) ? { rules: texts(rules) } : {}),
      };
    }),
  };
}

/** `{source: {Type: [field]}}` → coordinates. */
function fetchedFields(fetches: Json | undefined): string[] {
  if (typeof fetches !== 'object' || fetches === null) return [];
  return Object.values(fetches as Readonly<Record<string, Json>>).flatMap((steps) =>
    Object.entries((steps ?? {}) as Readonly<Record<string, Json>>).flatMap(([type, fields]) =>
      texts(fields).map((field) => `${type}.${field}`),
    ),
  );
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
