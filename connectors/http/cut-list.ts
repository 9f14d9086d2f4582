// A list cut at a page reads like a whole one. What an answer itself says about that is believed where the manifest says
// nothing of pages.
import { SourceError } from '../source-error.ts';
import { memberAt } from './json-path.ts';
import type { EnvelopeOptions } from './manifest-part.ts';

/** Names by which services say that a list goes on. */
const GOES_ON = ['hasMore', 'has_more', 'hasNext', 'has_next', 'hasNextPage', 'truncated', 'isTruncated'];

/** `link`: the header of that name. @throws SourceError where there is more than what came */
export function refuseCutList(
  answer: unknown,
  items: readonly unknown[],
  link: string | undefined,
  { items: path, countAt }: Partial<EnvelopeOptions> = {},
): void {
  if (/\brel="?next\b/i.test(link ?? '')) throw cut('a link to a next page');
  const above = path === undefined ? undefined : aboveOf(answer, path);
  for (const place of [answer, above])
    if (GOES_ON.some((name) => isObject(place) && memberAt(place, name) === true)) throw cut('it goes on');
  if (countAt === undefined) return;
  const count = memberAt(answer, countAt);
  if (typeof count !== 'number')
    throw new SourceError('SOURCE_INVALID_ANSWER', `no ${countAt} in the answer`);
  if (count !== items.length) throw cut(`${countAt} counts other than the records that came`);
}

/** What holds the list: `data` of `data.items`. */
function aboveOf(answer: unknown, path: string): unknown {
  const at = path.lastIndexOf('.');
  return at === -1 ? answer : memberAt(answer, path.slice(0, at));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function cut(how: string): SourceError {
  return new SourceError('SOURCE_INVALID_ANSWER', `the list is not whole: ${how}`);
}
