// What the gateway answered and what its sources had told it: the yardsticks and the in-memory sources answer
// from this, so that all of them carry the same data.
import type { Connector, RecordRow, SourceAnswer, SourceRequest, Value } from '../connectors/contract.ts';
import type { QuestionName } from './questions.ts';

/** `source` → record type → subject id → rows. Of a source, `asOf` is the moment it spoke of. */
export type CapturedRows = Readonly<
  Record<
    string,
    {
      readonly asOf: string | null;
      readonly records: Readonly<Record<string, Readonly<Record<string, readonly RecordRow[]>>>>;
    }
  >
>;

/** The gateway's answers, whole, and the rows behind them. */
export interface Captured {
  readonly answers: Readonly<Record<QuestionName, { readonly data: Readonly<Record<string, unknown>> }>>;
  readonly rows: CapturedRows;
}

/** Passes every question on to the real sources and keeps what they answered. */
export function recordSources(connectors: ReadonlyMap<string, Connector>): {
  readonly connectors: ReadonlyMap<string, Connector>;
  rows(): CapturedRows;
} {
  const kept: Record<
    string,
    { asOf: string | null; records: Record<string, Record<string, readonly RecordRow[]>> }
  > = {};
  const recording = [...connectors].map(([source, connector]): [string, Connector] => [
    source,
    {
      ...connector,
      fetch: async (request, signal) => {
        const answer = await connector.fetch(request, signal);
        const own = (kept[source] ??= { asOf: null, records: {} });
        own.asOf = answer.asOf ?? own.asOf;
        for (const { record } of request.steps) {
          const bySubject = (own.records[record] ??= {});
          for (const { id } of request.subjects) {
            // The question with most columns wins: Q3 asks for the same as Q1, of one of its subjects.
            bySubject[id] ??= answer.rows.get(record)?.get(id) ?? [];
          }
        }
        return answer;
      },
    },
  ]);
  return { connectors: new Map(recording), rows: () => kept };
}

/** Sources that answer from memory at once, with exactly the permitted fields of each step. */
export function inMemorySources(
  rows: CapturedRows,
  sources: Iterable<string>,
): ReadonlyMap<string, Connector> {
  return new Map([...sources].map((source) => [source, inMemorySource(source, rows[source])]));
}

function inMemorySource(source: string, captured: CapturedRows[string] | undefined): Connector {
  // Rows lie ready per (record type, permitted fields), as the yardstick's object does.
  const ready = new Map<string, ReadonlyMap<string, readonly RecordRow[]>>();
  const project = (record: string, fields: readonly string[]): ReadonlyMap<string, readonly RecordRow[]> => {
    const key = `${record} ${fields.join(' ')}`;
    let projected = ready.get(key);
    if (projected === undefined) {
      const bySubject = Object.entries(captured?.records[record] ?? {});
      projected = new Map(bySubject.map(([id, list]) => [id, list.map((row) => pick(row, fields))]));
      ready.set(key, projected);
    }
    return projected;
  };
  const answer = ({ subjects, steps }: SourceRequest): SourceAnswer => {
    const rows = new Map<string, ReadonlyMap<string, readonly RecordRow[]>>();
    for (const { record, fields } of steps) {
      const known = project(record, fields);
      const asked = new Map<string, readonly RecordRow[]>();
      for (const { id } of subjects) {
        const list = known.get(id);
        if (list === undefined) return notCaptured;
        if (list.length > 0) asked.set(id, list);
      }
      rows.set(record, asked);
    }
    return { state: 'OK', asOf: captured?.asOf ?? null, rows, invalidSubjects: nobody };
  };
  return {
    source,
    fetch: async (request) => {
      try {
        return answer(request);
      } catch {
        return notCaptured;
      }
    },
    probe: async () => undefined,
    close: async () => undefined,
  };
}

const nobody: ReadonlySet<string> = new Set();

/** A question that was not captured must fail the run, not look like an empty record. */
const notCaptured: SourceAnswer = {
  state: 'INVALID',
  asOf: null,
  rows: new Map(),
  invalidSubjects: nobody,
  failure: { code: 'SOURCE_INVALID_ANSWER', detail: 'the bench has not captured this' },
};

function pick(row: RecordRow, fields: readonly string[]): RecordRow {
  const picked = Object.create(null) as Record<string, Value>;
  for (const field of fields) {
    const value = row[field];
    if (value === undefined) throw new RangeError('a permitted field was not captured');
    picked[field] = value;
  }
  return picked;
}
