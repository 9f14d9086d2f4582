// Remedies on a real PostgreSQL: what is written together stands or falls together.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changesSince } from '../../../gateway/remedies/remedy-changes.ts';
import {
  type NewRemedy,
  type Remedy,
  changing,
  enterRemedy,
  moveRemedy,
  overdueOn,
  remediesOfRecord,
  remediesOfSubject,
  remedyByNumber,
  requestCorrection,
} from '../../../gateway/remedies/remedy-store.ts';
import type { GatewayState } from '../../../gateway/state/state.ts';
import { type OwnState, startOwnState } from '../state/own-state.ts';

let own: OwnState;
let state: GatewayState;
beforeAll(async () => {
  own = await startOwnState();
  state = own.state;
});
afterAll(() => own?.stop());
beforeEach(() => state.query('truncate gateway.remedy cascade'));

const by = {
  at: new Date('2026-11-22T04:00:00Z'),
  consumer: 'c',
  official: 'o',
  request: 'r',
  reason: undefined,
};
const objection: NewRemedy = {
  kind: 'OBJECTION',
  subject: 'pseudonym',
  subject_kind: 'Organization',
  subject_id: 'id',
  source: 'source',
  record_type: 'Type',
  record: 'number',
  state: 'FILED',
  effect: 'UNDER_OBJECTION',
  statement: 'text',
  facts: {},
  corrected_on: null,
  filed_on: '2026-11-22',
  due_on: '2026-11-25',
};
const entered = (remedy: Partial<NewRemedy> = {}): Promise<Remedy> =>
  changing(state, (query) => enterRemedy(query, { ...objection, ...remedy }, by));
const counted = async (): Promise<unknown> =>
  (
    await state.query(
      `select (select count(*)::int from gateway.remedy) as remedies, (select count(*)::int from gateway.remedy_event) as steps,
         (select count(*)::int from gateway.correction_request) as requests`,
    )
  )[0];

test('a step that fails in its middle leaves neither state nor step nor request behind', async () => {
  const remedy = await entered();
  const upheld = { state: 'UPHELD', open: false, effect: 'REVOKED', due_on: null } as const;
  await expect(
    changing(state, async (query) => {
      const moved = await moveRemedy(query, remedy, upheld, by);
      await requestCorrection(query, moved, 'why', '2026-11-22');
      throw new Error('the process lost heart');
    }),
  ).rejects.toThrow('lost heart');
  expect(await counted()).toEqual({ remedies: 1, steps: 1, requests: 0 });
  expect(await remedyByNumber(state.query, remedy.number)).toEqual(remedy);
});

test('a connection that breaks before the end of a filing leaves nothing, and the next filing goes through', async () => {
  await expect(
    changing(state, async (query) => {
      await enterRemedy(query, objection, by);
      await query('select pg_terminate_backend(pg_backend_pid())');
    }),
  ).rejects.toThrow();
  expect(await counted()).toEqual({ remedies: 0, steps: 0, requests: 0 });
  await entered();
  expect(await counted()).toEqual({ remedies: 1, steps: 1, requests: 0 });
});

test('the database itself holds one open remedy of a kind for a record', async () => {
  await entered();
  await expect(entered()).rejects.toThrow('remedy_open');
  await entered({ kind: 'REPAIR', state: 'APPLIED', effect: null });
  const open = await remediesOfRecord(state.query, objection);
  expect(open.map(({ kind }) => kind)).toEqual(['OBJECTION', 'REPAIR']);
});

test('a step does not appear before one with a lower number that is still being written', async () => {
  const following = async () =>
    ((await changesSince(state.query, {}, ['Type'])) as { nodes: { number: string }[] }).nodes.map(
      ({ number }) => number,
    );
  let later: Promise<Remedy> | undefined;
  const earlier = await changing(state, async (query) => {
    const remedy = await enterRemedy(query, { ...objection, record: 'a' }, by);
    let done = false;
    later = entered({ record: 'b' }).finally(() => (done = true));
    const waits = async (): Promise<boolean> =>
      (await state.query("select 1 from pg_locks where locktype = 'advisory' and not granted")).length > 0;
    while (!done && !(await waits()));
    expect(await following()).toEqual([]);
    return remedy;
  });
  expect(await following()).toContain(earlier.number);
  const { number } = await later!;
  expect(await following()).toEqual([earlier.number, number]);
});

test('who follows changes while many are made misses none and sees none twice', async () => {
  const seen: string[] = [];
  let since: string | undefined;
  let writing = true;
  const follow = async (): Promise<void> => {
    // The last look begins after the last write.
    for (let more = true, late = false; !late || more;) {
      late = !writing;
      const page = (await changesSince(
        state.query,
        {
          ...(since === undefined ? {} : { since }),
          first: 3,
        },
        ['Type'],
      )) as {
        nodes: { number: string; state: string }[];
        next: string;
        more: boolean;
      };
      seen.push(...page.nodes.map(({ number, state: to }) => `${number} ${to}`));
      ({ next: since, more } = page);
    }
  };
  const write = async (): Promise<void> => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const remedy = await entered({ record: `number ${index}` });
        const after = { state: 'VERIFYING', open: true, effect: 'UNDER_OBJECTION', due_on: null } as const;
        await changing(state, (query) => moveRemedy(query, remedy, after, by));
      }),
    );
    writing = false;
  };
  await Promise.all([write(), follow()]);
  expect(seen).toHaveLength(40);
  expect(new Set(seen).size).toBe(40);
});

test('lists are of the types of record asked for, and of no other', async () => {
  const { number } = await entered({ due_on: '2026-11-23' });
  const other = await entered({ record_type: 'Sealed', due_on: '2026-11-23' });
  const numbers = async (recordTypes: readonly string[]) => {
    const listed = { kind: 'OBJECTION', recordTypes } as const;
    const { nodes } = (await changesSince(state.query, {}, recordTypes)) as { nodes: { number: string }[] };
    return [
      (await remediesOfSubject(state.query, 'pseudonym', listed)).map((one) => one.number),
      (await overdueOn(state.query, '2026-11-24', listed)).map((one) => one.number),
      nodes.map((one) => one.number),
    ];
  };
  expect(await numbers(['Type'])).toEqual([[number], [number], [number]]);
  expect(await numbers(['Sealed'])).toEqual([[other.number], [other.number], [other.number]]);
  expect(await numbers([])).toEqual([[], [], []]);
});

test('what is overdue is open and past its day, the longest first', async () => {
  const first = await entered({ record: 'a', due_on: '2026-11-24' });
  const second = await entered({ record: 'b', due_on: '2026-11-23' });
  const closed = await entered({ record: 'c', due_on: '2026-11-23' });
  await changing(state, (query) =>
    moveRemedy(query, closed, { state: 'WITHDRAWN', open: false, effect: null, due_on: null }, by),
  );
  const overdue = async (today: string) =>
    (await overdueOn(state.query, today, { kind: 'OBJECTION', recordTypes: ['Type'] })).map(
      ({ number }) => number,
    );
  expect(await overdue('2026-11-23')).toEqual([]);
  expect(await overdue('2026-11-24')).toEqual([second.number]);
  expect(await overdue('2026-11-25')).toEqual([second.number, first.number]);
});
