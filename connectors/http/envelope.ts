// What an agency wraps its records in: whether it answered at all, where the records are, what time they speak of.
import { SourceError } from '../source-error.ts';
import { missing } from '../transport.ts';
import { memberAt } from './json-path.ts';
import type { EnvelopeOptions } from './manifest-part.ts';

/** Many agencies answer 200 and say in the body that they did not. @throws SourceError */
export function checkOk(answer: unknown, { okAt, okIs }: Partial<EnvelopeOptions> = {}): void {
  if (okAt === undefined) return;
  const said = memberAt(answer, okAt);
  if (said === missing) throw new SourceError('SOURCE_INVALID_ANSWER', `no ${okAt} in the answer`);
  const right = Array.isArray(okIs) ? okIs.some((word) => word === said) : said === okIs;
  if (!right) throw new SourceError('SOURCE_REFUSED', `${okAt} of the answer says no`);
}

/** As written; undefined where the manifest names no place for it. @throws SourceError */
export function asOfIn(answer: unknown, envelope: EnvelopeOptions | undefined): string | undefined {
  const path = envelope?.asOf;
  if (path === undefined) return undefined;
  const written = memberAt(answer, path);
  if (typeof written === 'string') return written;
  throw new SourceError('SOURCE_INVALID_ANSWER', `${path} of the answer is not a time`);
}

/** @throws SourceError */
export function itemsIn(answer: unknown, envelope: EnvelopeOptions | undefined): readonly unknown[] {
  const path = envelope?.items;
  const items = path === undefined ? answer : memberAt(answer, path);
  if (envelope?.one === true) {
    if (items === null) return [];
    if (typeof items === 'object' && !Array.isArray(items)) return [items];
  } else if (Array.isArray(items)) return items;
  const wanted = envelope?.one === true ? 'one record' : 'a list';
  throw new SourceError('SOURCE_INVALID_ANSWER', `${path ?? 'the answer'} is not ${wanted}`);
}

/** How many records the source says it holds of everybody; undefined where the manifest names no place. @throws SourceError */
export function heldIn(answer: unknown, envelope: EnvelopeOptions | undefined): number | undefined {
  const path = envelope?.heldAt;
  if (path === undefined) return undefined;
  const held = memberAt(answer, path);
  if (typeof held === 'number' && Number.isInteger(held) && held >= 0) return held;
  throw new SourceError('SOURCE_INVALID_ANSWER', `${path} of the answer is not a number of records`);
}
