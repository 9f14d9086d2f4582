// Which page comes next, and when the last has come. INVARIANT: an answer ends only where the agency says so or has
// nothing more; a page shorter than asked for proves nothing, for it may be the agency's own limit.
import { SourceError } from '../source-error.ts';
import { missing } from '../transport.ts';
import { memberAt } from './json-path.ts';
import type { PagingOptions } from './manifest-part.ts';
import type { Members } from './question.ts';

/** What the next call says, or where a link leads. */
export type Page =
  { readonly kind: 'members'; readonly members: Members } | { readonly kind: 'link'; readonly url: URL };

export interface Pager {
  readonly first: Page;
  /**
   * The page after one that was asked for at `url` and had `items` records; undefined: that was the last.
   * @throws SourceError
   */
  next(answer: unknown, items: number, url: URL): Page | undefined;
}

/** `most`: pages that can be needed, counted from the records that are allowed. One pager per answer. */
export function openPager(options: PagingOptions | undefined, most: number): Pager {
  if (options === undefined) return { first: members(), next: () => undefined };
  const { size, sizeAt } = options;
  const always: readonly (readonly [string, number])[] =
    sizeAt === undefined || size === undefined ? [] : [[sizeAt, size]];
  const { first, follow } = walk(options, always);
  let pages = 1;
  return {
    first,
    next: (answer, items, url) => {
      const page = follow(answer, items, url);
      if (page === undefined) return undefined;
      pages += 1;
      if (pages > most) throw new SourceError('SOURCE_TOO_LARGE', `more than ${most} pages`);
      return page;
    },
  };
}

interface Walk {
  readonly first: Page;
  readonly follow: Pager['next'];
}

type Always = readonly (readonly [string, string | number])[];

function walk(options: PagingOptions, always: Always): Walk {
  switch (options.by) {
    case 'page':
      return byNumber(options, always);
    case 'offset':
      return byOffset(options, always);
    case 'cursor':
      return byCursor(options, always);
    case 'link':
      return byLink(options, always);
  }
}

function byNumber({ pageAt, pagesAt, totalAt, first = 1 }: PagingOptions, always: Always): Walk {
  const at = (page: number): Page => members([pageAt!, page], ...always);
  let page = first;
  let seen = 0;
  return {
    first: at(first),
    follow: (answer, items) => {
      seen += items;
      page += 1;
      if (pagesAt !== undefined) {
        const pages = countAt(answer, pagesAt);
        if (page - first < pages) {
          // A page without records before the last would cut the list off unseen.
          if (items === 0 && seen > 0)
            throw new SourceError('SOURCE_INVALID_ANSWER', `an empty page before the last of ${pagesAt}`);
          return at(page);
        }
        if (pages > 1 && seen === 0)
          throw new SourceError('SOURCE_INVALID_ANSWER', `no record on any page of ${pagesAt}`);
        return undefined;
      }
      return isLast(answer, totalAt, seen, items) ? undefined : at(page);
    },
  };
}

function byOffset({ offsetAt, totalAt }: PagingOptions, always: Always): Walk {
  const at = (offset: number): Page => members([offsetAt!, offset], ...always);
  let seen = 0;
  return {
    first: at(0),
    follow: (answer, items) => {
      seen += items;
      return isLast(answer, totalAt, seen, items) ? undefined : at(seen);
    },
  };
}

/** Without a count only an empty page is the last. With one, pages must hold what it promises. */
function isLast(answer: unknown, totalAt: string | undefined, seen: number, items: number): boolean {
  if (totalAt === undefined) return items === 0;
  const total = countAt(answer, totalAt);
  if (seen >= total) return true;
  if (items === 0) throw new SourceError('SOURCE_INVALID_ANSWER', `fewer records than ${totalAt} says`);
  return false;
}

function byCursor({ cursorAt, ...options }: PagingOptions, always: Always): Walk {
  const seen = new Set<string>();
  return {
    first: members(...always),
    follow: (answer) => {
      const cursor = nextOf(answer, options, seen);
      return cursor === undefined ? undefined : members([cursorAt!, cursor], ...always);
    },
  };
}

function byLink(options: PagingOptions, always: Always): Walk {
  const seen = new Set<string>();
  return {
    first: members(...always),
    follow: (answer, _items, url) => {
      const link = nextOf(answer, options, seen);
      if (link === undefined) return undefined;
      const next = URL.canParse(link, url) ? new URL(link, url) : undefined;
      // It would carry our credentials wherever it leads.
      if (next?.origin !== url.origin || next.pathname !== url.pathname || next.username !== '')
        throw new SourceError('SOURCE_INVALID_ANSWER', 'the link to the next page leads elsewhere');
      return { kind: 'link', url: next };
    },
  };
}

function nextOf(
  answer: unknown,
  { nextAt, moreAt, absentEnds }: Omit<PagingOptions, 'cursorAt'>,
  seen: Set<string>,
): string | undefined {
  if (moreAt !== undefined) {
    const more = memberAt(answer, moreAt);
    if (typeof more !== 'boolean')
      throw new SourceError('SOURCE_INVALID_ANSWER', `${moreAt} of the answer is neither true nor false`);
    if (!more) return undefined;
  }
  const found = memberAt(answer, nextAt!);
  const ends = found === null || found === '' || (found === missing && absentEnds === true);
  if (ends && moreAt === undefined) return undefined;
  const next = typeof found === 'number' ? String(found) : found;
  if (typeof next !== 'string' || next === '')
    throw new SourceError('SOURCE_INVALID_ANSWER', `${nextAt} of the answer leads to no page`);
  if (seen.has(next))
    throw new SourceError('SOURCE_INVALID_ANSWER', `${nextAt} of the answer repeats itself`);
  seen.add(next);
  return next;
}

function countAt(answer: unknown, path: string): number {
  const count = memberAt(answer, path);
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  if (typeof count === 'string' && /^[0-9]{1,9}$/.test(count)) return Number(count);
  throw new SourceError('SOURCE_INVALID_ANSWER', `${path} of the answer is not a count`);
}

function members(...entries: Always): Page {
  return { kind: 'members', members: new Map(entries) };
}
