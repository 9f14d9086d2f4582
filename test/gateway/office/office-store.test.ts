// Measures and letters on a real PostgreSQL: what is the same order, and what stands or falls with a remedy.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { followRecord } from '../../../gateway/office/follow-record.ts';
import {
  type NewAct,
  type OfficeAct,
  actByNumber,
  enterAct,
  officeStepsOf,
  overdueLettersOn,
  sameAct,
} from '../../../gateway/office/office-store.ts';
import { type Remedy, changing } from '../../../gateway/remedies/remedy-store.ts';
import type { GatewayState } from '../../../gateway/state/state.ts';
import { type Jurisdictions, loadJurisdictions } from '../../../policies/engine/jurisdictions.ts';
import { type OwnState, startOwnState } from '../state/own-state.ts';

let own: OwnState;
let state: GatewayState;
let jurisdictions: Jurisdictions;
beforeAll(async () => {
  own = await startOwnState();
  state = own.state;
  jurisdictions = loadJurisdictions('policies/eligibility').jurisdictions!;
});
afterAll(() => own?.stop());
beforeEach(() => state.query('truncate gateway.office_act cascade'));

const by = {
  at: new Date('2026-11-22T04:00:00Z'),
  consumer: 'c',
  official: 'o',
  request: 'r',
  reason: undefined,
};
const measure: NewAct = {
  kind: 'MEASURE',
  subject: 'pseudonym',
  uscc: 'id',
  citizen_id: null,
  type: 'NO_HONOURS',
  title: 'title',
  basis: 'basis',
  nature: 'SANCTION',
  honours: 'BARS',
  source: 'source',
  record_type: 'Type',
  record: '（2026）1号',
  stands: false,
  document: 'decision 1',
  authority: 'office',
  executor: 'executor',
  matter: null,
  place: '420200',
  state: 'ORDERED',
  from_on: '2026-01-01',
  to_on: '2026-12-31',
  due_on: null,
};
const letter: NewAct = {
  ...measure,
  kind: 'LETTER',
  type: 'RECTIFICATION_LETTER',
  nature: null,
  honours: null,
  executor: null,
  matter: 'matter',
  document: 'letter 1',
  state: 'ISSUED',
  to_on: null,
  due_on: '2026-12-04',
};
const entered = (act: NewAct): Promise<OfficeAct> => changing(state, (query) => enterAct(query, act, by));
const same = async (act: NewAct): Promise<string | undefined> => (await sameAct(state.query, act))?.number;
const remedy = (more: Partial<Remedy>): Remedy =>
  ({
    number: 'OBJ-2026-000001',
    kind: 'OBJECTION',
    subject: 'pseudonym',
    source: 'source',
    record_type: 'Type',
    record: '（2026）1号',
    effect: 'UNDER_OBJECTION',
    ...more,
  }) as Remedy;
const follow = (more: Partial<Remedy>): Promise<void> =>
  changing(state, (query) => followRecord(query, remedy(more), by, { jurisdictions, today: '2026-11-22' }));
const stateOf = async ({ number }: OfficeAct): Promise<string> =>
  (await actByNumber(state.query, number))!.state;

test.each([
  ['the same days', {}, true],
  ['its last day', { from_on: '2026-12-31', to_on: '2027-06-30' }, true],
  ['a day before it and after', { from_on: '2025-01-01', to_on: null }, true],
  ['the day after its last', { from_on: '2027-01-01', to_on: '2027-06-30' }, false],
  ['the day before its first', { from_on: '2025-01-01', to_on: '2025-12-31' }, false],
  ['another record', { record: '（2026）2号' }, false],
  ['another type', { type: 'PUBLIC_CRITICISM' }, false],
  ['another subject', { subject: 'other' }, false],
  ['no record', { source: null, record_type: null, record: null }, false],
] as const)('an order for %s', async (_for, change, is) => {
  const { number } = await entered(measure);
  expect(await same({ ...measure, ...change })).toBe(is ? number : undefined);
});

test('a letter number is given once by an authority, whatever became of the letter', async () => {
  const { number } = await entered(letter);
  expect(await same({ ...letter, subject: 'other' })).toBe(number);
  expect(await same({ ...letter, authority: 'another' })).toBeUndefined();
  await expect(entered({ ...letter, subject: 'other' })).rejects.toThrow('office_letter_number');
});

test('the database itself refuses a measure that ends before it begins, and one of nobody', async () => {
  await expect(entered({ ...measure, to_on: '2025-12-31' })).rejects.toThrow('check');
  await expect(entered({ ...measure, uscc: null })).rejects.toThrow('check');
  await expect(entered({ ...measure, record: null })).rejects.toThrow('check');
});

test('what follows from a remedy that fails in its middle is undone with it', async () => {
  const act = await entered(measure);
  await expect(
    changing(state, async (query) => {
      await followRecord(query, remedy({}), by, { jurisdictions, today: '2026-11-22' });
      throw new Error('the process lost heart');
    }),
  ).rejects.toThrow('lost heart');
  expect(await stateOf(act)).toBe('ORDERED');
  expect(await officeStepsOf(state.query, [act.number])).toHaveLength(1);
});

test('an objection suspends sanctions of a place that says so, and nothing else', async () => {
  const acts = {
    here: await entered(measure),
    inItsCounty: await entered({ ...measure, place: '420281', type: 'A' }),
    elsewhere: await entered({ ...measure, place: '370200', type: 'B' }),
    nowhere: await entered({ ...measure, place: null, type: 'C' }),
    standing: await entered({ ...measure, stands: true, type: 'D' }),
    incentive: await entered({ ...measure, nature: 'INCENTIVE', honours: null, type: 'E' }),
    ofAnother: await entered({ ...measure, record: '（2026）2号' }),
  };
  const states = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(acts).map(async ([name, act]) => [name, await stateOf(act)] as const)),
    );
  // As the owner writes the number by now.
  await follow({ record: '(2026)1号' });
  expect(await states()).toEqual({
    here: 'SUSPENDED',
    inItsCounty: 'SUSPENDED',
    elsewhere: 'ORDERED',
    nowhere: 'ORDERED',
    standing: 'ORDERED',
    incentive: 'ORDERED',
    ofAnother: 'ORDERED',
  });
  // An application for repair, and a mitigation, change nothing of it.
  await follow({ kind: 'REPAIR', effect: null });
  await follow({ kind: 'MITIGATION', effect: null });
  expect((await states())['here']).toBe('SUSPENDED');
  await follow({ effect: null });
  expect(Object.values(await states())).toEqual(Array.from({ length: 7 }, () => 'ORDERED'));
  await follow({ effect: 'REVOKED' });
  expect(await states()).toMatchObject({
    here: 'LIFTED',
    standing: 'LIFTED',
    incentive: 'LIFTED',
    ofAnother: 'ORDERED',
  });
});

test('a suspended measure reads as one under objection, a lifted one with its day', async () => {
  const act = await entered(measure);
  const read = async () =>
    (
      await state.query(
        'select state, record_status, lifted_on::text from credit_office.measure where number = $1',
        [act.number],
      )
    )[0];
  expect(await read()).toEqual({ state: 'ORDERED', record_status: 'EFFECTIVE', lifted_on: null });
  await follow({});
  expect(await read()).toEqual({ state: 'SUSPENDED', record_status: 'UNDER_OBJECTION', lifted_on: null });
  await follow({ kind: 'REPAIR', effect: 'REPAIRED' });
  expect(await read()).toMatchObject({ state: 'LIFTED', lifted_on: '2026-11-22' });
});

test('a letter is overdue the day after its day, the longest first', async () => {
  const second = await entered(letter);
  const first = await entered({ ...letter, document: 'letter 2', due_on: '2026-12-01' });
  const overdue = async (today: string) =>
    (await overdueLettersOn(state.query, today)).map(({ number }) => number);
  expect(await overdue('2026-12-01')).toEqual([]);
  expect(await overdue('2026-12-02')).toEqual([first.number]);
  expect(await overdue('2026-12-05')).toEqual([first.number, second.number]);
});
