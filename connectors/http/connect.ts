// The http transport: an agency's JSON service, asked by POST for batches of keys, page by page.
import type { HttpManifest, HttpRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow, type Transport, missing } from '../transport.ts';
import { openHttpClient } from './client.ts';
import { inParallel } from './in-parallel.ts';
import { readJson } from './json-answer.ts';
import { bodyOf, memberAt, memberOf } from './json-path.ts';
import type { ByteBudget } from './wire.ts';
import { earliest } from './earliest.ts';

/** Batches of one request that are on their way at once; the source's own concurrency bounds all requests. */
const BATCHES_AT_ONCE = 4;

export function openHttp(manifest: HttpManifest, clock: () => Date): Transport<HttpRecord> {
  const { http, address, limits, credentials } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const base = address.replace(/\/+$/, '');

  return {
    exchange: async (lookups, receive, signal) => {
      const budget: ByteBudget = { left: limits.bytes };
      const batches = lookups.flatMap((lookup) =>
        inBatches(lookup.keys, http.keys.max).map((keys) => ({ lookup, keys })),
      );
      const times = await inParallel(
        batches,
        BATCHES_AT_ONCE,
        signal,
        async ({ lookup, keys }, batchSignal) =>
          askPages(lookup, keys, receive, async (body) =>
            readJson(
              await client.send({
                method: 'POST',
                url: new URL(base + (lookup.mapping.path ?? http.path)),
                body: { type: 'application/json', text: JSON.stringify(body) },
                accept: ['application/json'],
                budget,
                signal: batchSignal,
              }),
            ),
          ),
      );
      return { asOf: earliest(times.flat()) };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };

  async function askPages(
    lookup: Lookup<HttpRecord>,
    keys: readonly string[],
    receive: ReceiveRow,
    post: (body: object) => Promise<unknown>,
  ): Promise<readonly (string | undefined)[]> {
    const times: (string | undefined)[] = [];
    // No subject may have more records than the manifest allows, so neither may the pages.
    const mostPages = Math.ceil((keys.length * limits.recordsPerSubject) / (http.paging?.size ?? 1)) + 1;
    for (let page = 1; ; page += 1) {
      const answer = await post(bodyFor(lookup, keys, page));
      checkEnvelope(answer);
      times.push(asOfOf(answer));
      readItems(lookup, answer, receive);
      const pages = pagesOf(answer);
      if (page >= pages) return times;
      if (page >= mostPages) throw new SourceError('SOURCE_TOO_LARGE', `more than ${mostPages} pages`);
    }
  }

  function bodyFor(lookup: Lookup, keys: readonly string[], page: number): object {
    const members = new Map<string, unknown>([[http.keys.at, keys]]);
    if (http.columns !== undefined) {
      members.set(http.columns.at, [...new Set([lookup.keyColumn, ...lookup.columns])]);
    }
    for (const { filter, test } of lookup.conditions) {
      if (filter.excludeAt !== undefined && test.kind === 'except') members.set(filter.excludeAt, test.texts);
    }
    if (http.paging !== undefined) {
      members.set(http.paging.pageAt, page);
      members.set(http.paging.sizeAt, http.paging.size);
    }
    return bodyOf(members);
  }

  /** Many agencies answer 200 and say in the body that they did not. */
  function checkEnvelope(answer: unknown): void {
    const { okAt, okIs } = http.envelope ?? {};
    if (okAt === undefined) return;
    const said = memberAt(answer, okAt);
    if (said === missing) throw new SourceError('SOURCE_INVALID_ANSWER', `no ${okAt} in the answer`);
    if (said !== okIs) throw new SourceError('SOURCE_REFUSED', `${okAt} of the answer says no`);
  }

  function asOfOf(answer: unknown): string | undefined {
    const path = http.envelope?.asOf;
    if (path === undefined) return undefined;
    const written = memberAt(answer, path);
    if (typeof written === 'string') return written;
    throw new SourceError('SOURCE_INVALID_ANSWER', `${path} of the answer is not a time`);
  }

  function pagesOf(answer: unknown): number {
    if (http.paging === undefined) return 1;
    const pages = memberAt(answer, http.paging.pagesAt);
    if (typeof pages === 'number' && Number.isInteger(pages) && pages >= 0) return pages;
    throw new SourceError('SOURCE_INVALID_ANSWER', `${http.paging.pagesAt} of the answer is not a count`);
  }

  function readItems(lookup: Lookup, answer: unknown, receive: ReceiveRow): void {
    const path = http.envelope?.items;
    const items: unknown = path === undefined ? answer : memberAt(answer, path);
    if (!Array.isArray(items)) {
      throw new SourceError('SOURCE_INVALID_ANSWER', `${path ?? 'the answer'} is not a list`);
    }
    receiveItems(lookup, items, receive);
  }
}

/** Hands JSON objects over as rows. */
export function receiveItems(lookup: Lookup, items: readonly unknown[], receive: ReceiveRow): void {
  for (const item of items) {
    if (typeof item !== 'object' || item === null) {
      throw new SourceError('SOURCE_INVALID_ANSWER', 'an item is not an object');
    }
    receive(
      lookup,
      memberOf(item, lookup.keyColumn),
      lookup.columns.map((column) => memberOf(item, column)),
    );
  }
}

function inBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
