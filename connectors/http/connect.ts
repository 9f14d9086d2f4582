// The http transport: an agency's JSON service, asked in batches of keys or key by key, page by page.
import type { HttpManifest, HttpRecord, RecordMapping } from '../manifest.ts';
import type { Lookup, ReceiveRow, Transport } from '../transport.ts';
import { openHttpClient } from './client.ts';
import { refuseCutList } from './cut-list.ts';
import { earliest } from './earliest.ts';
import { asOfIn, checkOk, heldIn, itemsIn } from './envelope.ts';
import { refuseStatus } from './failure.ts';
import { inBatches } from './in-batches.ts';
import { inParallel } from './in-parallel.ts';
import { receiveItems } from './items.ts';
import { readJson } from './json-answer.ts';
import { memberAt } from './json-path.ts';
import { openPager } from './paging.ts';
import { openQuestions } from './question.ts';
import { type Confirmable, rememberAnswers } from './remembered.ts';
import type { ByteBudget, HttpCall } from './wire.ts';

const ACCEPT = ['application/json'];

type NoteHeld = (mapping: RecordMapping, count: number) => void;

interface Receiving {
  readonly receive: ReceiveRow;
  readonly note: NoteHeld;
  readonly budget: ByteBudget;
}

export function openHttp(manifest: HttpManifest, clock: () => Date): Transport<HttpRecord> {
  const { http, address, limits, credentials } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const question = openQuestions(http, address.replace(/\/+$/, ''));
  const send: (call: HttpCall) => Promise<Confirmable> =
    http.conditional === undefined
      ? async (call) => ({ ...(await client.send(call)), unchanged: false })
      : rememberAnswers((call) => client.send(call), clock);

  return {
    exchange: async (lookups, receive, signal) => {
      const budget: ByteBudget = { left: limits.bytes };
      const held = new Map<RecordMapping, number>();
      // Of several calls the smallest number counts.
      const note: NoteHeld = (mapping, count) =>
        void held.set(mapping, Math.min(count, held.get(mapping) ?? Infinity));
      const batches = lookups.flatMap((lookup) =>
        inBatches(lookup, http.keys.max).map((keys) => ({ lookup, keys })),
      );
      const times = await inParallel(
        batches,
        http.keys.atOnce,
        signal,
        async ({ lookup, keys }, batchSignal) =>
          askPages(lookup, keys, { receive, note, budget }, batchSignal),
      );
      return { asOf: earliest(times.flat()), bytes: limits.bytes - budget.left, held };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };

  async function askPages(
    lookup: Lookup<HttpRecord>,
    keys: readonly string[],
    { receive, note, budget }: Receiving,
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]> {
    const times: (string | undefined)[] = [];
    // No subject may have more records than the manifest allows, so neither may the pages; the last may be empty.
    const most = Math.ceil((keys.length * limits.recordsPerSubject) / (http.paging?.size ?? 1)) + 1;
    const pager = openPager(http.paging, most);
    let page = pager.first;
    for (;;) {
      const call =
        page.kind === 'link'
          ? { method: 'GET' as const, url: page.url }
          : question(lookup, keys, page.members);
      const answer = await send({
        ...call,
        accept: ACCEPT,
        statuses: http.absent === undefined ? [] : [404],
        budget,
        signal,
      });
      const value = readJson(answer);
      if (answer.status === 404) {
        proveAbsence(value);
        return [...times, undefined];
      }
      checkOk(value, http.envelope);
      times.push(timeOf(value, answer.unchanged));
      const items = itemsIn(value, http.envelope);
      if (http.paging === undefined) refuseCutList(value, items, answer.header('link'), http.envelope);
      const held = heldIn(value, http.envelope);
      if (held !== undefined) note(lookup.mapping, held);
      receiveItems(lookup, items, receive, http.keys.echoed ? undefined : keys[0]);
      const next = pager.next(value, items.length, call.url);
      if (next === undefined) return times;
      page = next;
    }
  }

  /** A wrong path is a 404, too: only what the manifest says makes it an answer. */
  function proveAbsence(value: unknown): void {
    const { at, is } = http.absent!;
    if (memberAt(value, at) !== is) throw refuseStatus(404);
  }

  function timeOf(value: unknown, unchanged: boolean): string | undefined {
    return unchanged && http.conditional === 'data' ? clock().toISOString() : asOfIn(value, http.envelope);
  }
}
