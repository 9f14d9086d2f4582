// What was found by looking at a source: columns with a few of their values, and how a manifest reaches them.

/** At most so many rows are looked at: enough to tell a date from a number, too few to be a copy. */
export const mostSamples = 50;

export interface FoundColumn {
  readonly name: string;
  /** The source's own word for its type, where it has one. */
  readonly declared?: string | undefined;
  /** What the source says of it: a comment in its database's catalogue. */
  readonly comment?: string | undefined;
  /** Texts as they came, without those that are empty. They are looked at and never written anywhere. */
  readonly samples: readonly string[];
}

export interface FoundRecord {
  readonly columns: readonly FoundColumn[];
  /** Lines of the manifest for this record type, without their indentation: `table: tax.listing`. */
  readonly manifest: readonly string[];
  /** Lines of the manifest for the source as a whole: `http:` and what hangs on it. */
  readonly top: readonly string[];
}

/** What cannot be looked at, said so that a person can mend it. */
export class IntrospectionProblem extends Error {
  override readonly name = 'IntrospectionProblem';
}

/** Columns of objects that were read from JSON, in order of appearance; nested objects are not columns. */
export function columnsOf(items: readonly unknown[]): readonly FoundColumn[] {
  const samples = new Map<string, string[]>();
  for (const item of items.slice(0, mostSamples)) {
    if (typeof item !== 'object' || item === null) continue;
    for (const [name, value] of Object.entries(item)) {
      const texts = samples.get(name) ?? [];
      samples.set(name, texts);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        if (String(value).trim() !== '') texts.push(String(value));
      }
    }
  }
  return [...samples].map(([name, texts]) => ({ name, samples: texts }));
}
