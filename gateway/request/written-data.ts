// Data that are JSON text already: while the disk confirms the audit record, an answer is held as its text and
// the records it came from are free to go.
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';

class WrittenData {
  readonly json: string;
  constructor(json: string) {
    this.json = json;
  }
}

/** Writes data in the place where a result keeps them. */
export function writtenData(data: Readonly<Record<string, unknown>>): NonNullable<ExecutionResult['data']> {
  return new WrittenData(JSON.stringify(data)) as unknown as NonNullable<ExecutionResult['data']>;
}

/** An answer as JSON text, with the members in their order. Takes data written or not. */
export function writeAnswer(answer: FormattedExecutionResult): string {
  const data: unknown = answer.data;
  if (!(data instanceof WrittenData)) return `${JSON.stringify(answer)}\n`;
  const members = Object.entries(answer).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [`${JSON.stringify(name)}:${value === data ? data.json : JSON.stringify(value)}`];
  });
  return `{${members.join(',')}}\n`;
}
