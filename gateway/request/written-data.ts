// Data that are JSON already: while the disk confirms the audit record, an answer is held as its bytes and the records it
// came from are free to go.
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';

/** Stands where a result keeps its data. */
export class WrittenData {
  /** UTF-8. */
  readonly json: Buffer;
  /** The whole answer, once it was written. */
  answer: Buffer | undefined;
  constructor(data: Readonly<Record<string, unknown>>) {
    this.json = Buffer.from(JSON.stringify(data));
  }
}

/** Writes data in the place where a result keeps them. */
export function writtenData(data: Readonly<Record<string, unknown>>): NonNullable<ExecutionResult['data']> {
  return new WrittenData(data) as unknown as NonNullable<ExecutionResult['data']>;
}

/** An answer as JSON in UTF-8, with the members in their order. Takes data written or not. */
export function writeAnswer(answer: FormattedExecutionResult): Buffer {
  const data: unknown = answer.data;
  if (!(data instanceof WrittenData)) return Buffer.from(`${JSON.stringify(answer)}\n`);
  const pieces: Buffer[] = [];
  let text = '';
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined) continue;
    text += `${text === '' && pieces.length === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    if (value === data) {
      pieces.push(Buffer.from(text), data.json);
      text = '';
    } else text += JSON.stringify(value);
  }
  return Buffer.concat([...pieces, Buffer.from(`${text}}\n`)]);
}
