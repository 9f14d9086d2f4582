// What the audit log says of readings: who asked which sources for which fields of which subjects, and whether that was
// answered. Derived from intents and outcomes alone, so that it can always be derived again.
import type { AuditEntry, Json } from '../audit/entry.ts';

/** Kinds of entry that readings are derived from. */
export const kindsRead: ReadonlySet<string> = new Set(['intent', 'outcome']);

/** One request that named subjects. Subjects are pseudonyms. */
export interface Reading {
  /** Number of its intent in the log. */
  readonly seq: number;
  readonly request: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly case_number: string | null;
  /** The human behind the system. */
  readonly officer: string | null;
  /** Whether the subject is not to be told of it. */
  readonly sealed: boolean;
  /** How long the trace is kept, ISO 8601 period. */
  readonly keep: string;
  /** Source → record type → fields asked for. */
  readonly fields: Json;
}

/** A subject of a reading, and the sources that were asked about it. */
export interface ReadSubject {
  readonly seq: number;
  readonly subject: string;
  readonly sources: readonly string[];
}

/** Rules that a verdict of a request cited about a subject. */
export interface CitedRules {
  readonly request: string;
  readonly subject: string;
  readonly rules: readonly string[];
}

export interface Readings {
  readonly readings: readonly Reading[];
  readonly subjects: readonly ReadSubject[];
  readonly cited: readonly CitedRules[];
  /** Numbers of requests whose answer left with what the sources said. */
  readonly answered: readonly string[];
}

export function readingsOf(entries: readonly AuditEntry[]): Readings {
  const readings: Reading[] = [];
  const subjects: ReadSubject[] = [];
  const answered: string[] = [];
  const cited: CitedRules[] = [];
  for (const entry of entries) {
    if (entry.kind === 'outcome') {
      // An outcome without sources is that of a refusal, or of something that reads nobody.
      if (Object.hasOwn(entry, 'sources')) answered.push(textOf(entry['request']) ?? '');
      cited.push(...citedIn(entry));
      continue;
    }
    const sources = Object.keys(membersOf(entry['fetches']));
    const named = Array.isArray(entry['subjects']) ? (entry['subjects'] as readonly Json[]).map(String) : [];
    if (named.length === 0 || sources.length === 0) continue;
    readings.push(readingOf(entry));
    const asked = membersOf(entry['asked']);
    const only = new Map(Object.entries(asked).map(([source, places]) => [source, placesOf(places)]));
    named.forEach((subject, place) => {
      const about = sources.filter((source) => only.get(source)?.has(place) !== false);
      if (about.length > 0) subjects.push({ seq: entry.seq, subject, sources: about });
    });
  }
  return { readings, subjects, cited, answered };
}

/** One for each subject of an outcome whose verdicts cited anything. */
function citedIn(entry: AuditEntry): readonly CitedRules[] {
  const verdicts = Array.isArray(entry['verdicts']) ? (entry['verdicts'] as readonly Json[]) : [];
  const bySubject = new Map<string, Set<string>>();
  for (const verdict of verdicts.map(membersOf)) {
    const subject = textOf(verdict['subject']) ?? '';
    const rules = Array.isArray(verdict['rules']) ? (verdict['rules'] as readonly Json[]).map(String) : [];
    if (rules.length === 0) continue;
    const all = bySubject.get(subject) ?? new Set<string>();
    bySubject.set(subject, all);
    rules.forEach((rule) => all.add(rule));
  }
  const request = textOf(entry['request']) ?? '';
  return [...bySubject].map(([subject, rules]) => ({ request, subject, rules: [...rules] }));
}

function readingOf(entry: AuditEntry): Reading {
  return {
    seq: entry.seq,
    request: textOf(entry['request']) ?? '',
    at: entry.time,
    consumer: textOf(membersOf(entry['caller'])['consumer']) ?? '',
    purpose: textOf(entry['purpose']) ?? '',
    case_number: textOf(entry['case']),
    officer: textOf(entry['user']),
    sealed: entry['sealed'] === true,
    keep: textOf(entry['retain']) ?? 'P3Y',
    fields: membersOf(entry['fetches']),
  };
}

function placesOf(places: Json): ReadonlySet<Json> {
  return new Set(Array.isArray(places) ? (places as readonly Json[]) : []);
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function membersOf(value: Json | undefined): Readonly<Record<string, Json>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Readonly<Record<string, Json>>;
}
