// Telling readers against a real PostgreSQL: everyone who read, nobody else, each once, whatever dies on the way.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tellNext } from '../../../gateway/recall/tell-readers.ts';
import { noticesBehind, readingsOf, receiptsOf } from '../../../gateway/recall/notice-store.ts';
import { standingOf } from '../../../gateway/recall/reader-standing.ts';
import { keepTelling } from '../../../gateway/recall/telling.ts';
import { type RecallWorld, daysFrom, quiet, startRecallWorld } from './recall-world.ts';

let world: RecallWorld;
beforeAll(async () => {
  world = await startRecallWorld();
});
afterAll(() => world?.stop());
beforeEach(() => world.clear());

const purchaser = { consumer: 'procurement-platform', purpose: 'government-procurement', subject: 'firm' };
const told = async () => (await world.notices()).filter(({ number }) => number !== null);

describe('readers', () => {
  test('are those whose answered readings asked for the type, the source and the subject within the days', async () => {
    const { now } = world;
    const inTime = await world.read({ ...purchaser, at: daysFrom(now, -89) });
    await world.read({ ...purchaser, at: daysFrom(now, -91) });
    await world.read({ ...purchaser, at: daysFrom(now, -1), subject: 'another' });
    await world.read({ ...purchaser, at: daysFrom(now, -1), record: 'Contract' });
    await world.read({ ...purchaser, at: daysFrom(now, -1), fields: [] });
    await world.read({ ...purchaser, at: daysFrom(now, -1), answered: false });
    await world.read({ ...purchaser, at: daysFrom(now, 1) });
    await world.file();
    await world.tell();
    const [notice, ...more] = await world.notices();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      kind: 'MARKED',
      number: '1',
      readings: 1,
      last_read_at: daysFrom(now, -89),
    });
    expect(await world.state.query('select request from gateway.recall_reading')).toEqual([
      { request: inTime },
    ]);
  });

  test('are told apart by purpose, each with its own readings', async () => {
    const at = daysFrom(world.now, -2);
    await world.read({ ...purchaser, at });
    await world.read({ ...purchaser, purpose: 'bidding-review', at, caseNumber: 'TB-1' });
    await world.file();
    await world.tell();
    expect((await told()).map(({ purpose, number, readings }) => [purpose, number, readings])).toEqual([
      ['bidding-review', '1', 1],
      ['government-procurement', '2', 1],
    ]);
  });

  test('are followed to the end of the case, though the days have passed meanwhile', async () => {
    await world.read({ ...purchaser, at: daysFrom(world.now, -80) });
    const filed = await world.file();
    await world.tell();
    world.now = daysFrom(world.now, 30);
    const upheld = await world.move(filed, 'UPHELD', 'REVOKED');
    await world.tell();
    world.now = daysFrom(world.now, 30);
    await world.move(upheld, 'UPHELD', null);
    await world.tell();
    expect((await told()).map(({ kind }) => kind)).toEqual(['MARKED', 'OUT_OF_USE', 'CORRECTED']);
  });

  test('are not told of steps that change nothing', async () => {
    await world.read({ ...purchaser, at: daysFrom(world.now, -1) });
    const applied = await world.file({ effect: null });
    const accepted = await world.move(applied, 'ACCEPTED', null, true);
    await world.tell();
    expect(await world.notices()).toEqual([]);
    await world.move(accepted, 'IN_EFFECT', 'REPAIRED');
    await world.tell();
    expect((await told()).map(({ kind }) => kind)).toEqual(['REPAIRED']);
  });

  test('of many thousand readings get one notice', async () => {
    await world.file();
    // Before anything is told: as if the log of a busy month had just been followed.
    await world.state.query(
      `insert into gateway.access_reading (log, seq, request, at, consumer, purpose, sealed, fields, answered, keep_until)
       select 'busy', n, 'busy-' || n, $1::timestamptz - n * interval '1 minute', 'procurement-platform',
         'government-procurement', false, '{"procurement":{"ProcurementBan":["documentNumber"]}}', true, '2030-01-01'
       from generate_series(1, 12001) n`,
      [world.now],
    );
    await world.state.query(
      `insert into gateway.access_subject (subject, at, reading, sources)
       select 'firm', at, id, '{procurement}' from gateway.access_reading where log = 'busy'`,
    );
    await world.tell();
    const [notice, ...more] = await told();
    expect(more).toEqual([]);
    expect(notice.readings).toBe(12_001);
  });
});

describe('what comes to be known later', () => {
  test('is told later, in a notice of its own that names only what is new', async () => {
    const at = daysFrom(world.now, -1);
    const first = await world.read({ ...purchaser, at });
    await world.file();
    await world.tell();
    // The log of a replica that had been down.
    const late = await world.read({ ...purchaser, at, log: 'other' });
    await world.read({
      consumer: 'subsidy-system',
      purpose: 'subsidy-review',
      subject: 'firm',
      at,
      log: 'other',
      caseNumber: 'Z-1',
    });
    await world.tell();
    expect(
      (await told()).map(({ consumer, number, part, readings }) => [consumer, number, part, readings]),
    ).toEqual([
      ['procurement-platform', '1', 1, 1],
      ['procurement-platform', '2', 2, 1],
      ['subsidy-system', '1', 1, 1],
    ]);
    expect(
      await world.state.query(
        `select request, number from gateway.recall_reading join gateway.recall_notice n on n.id = notice
         where n.consumer = 'procurement-platform' order by number`,
      ),
    ).toEqual([
      { request: first, number: '1' },
      { request: late, number: '2' },
    ]);
  });

  test('is told once, when the whole index is derived again', async () => {
    const at = daysFrom(world.now, -1);
    await world.read({ ...purchaser, at });
    await world.file();
    await world.tell();
    await world.state.query(
      'truncate gateway.access_subject, gateway.access_reading, gateway.access_position',
    );
    await world.read({ ...purchaser, at });
    await world.tell();
    expect(await told()).toHaveLength(1);
  });
});

describe('who may not know', () => {
  const action = { source: 'discipline', record: 'DisciplinaryAction' };
  const department = {
    consumer: 'organisation-dept',
    purpose: 'promotion-review',
    subject: 'firm',
    caseNumber: 'G-1',
    user: 'one',
  };
  const ruleAbout = (type: string): string =>
    [...world.snapshot.policies.rulebook.scenes.values()]
      .flatMap(({ rules }) => rules)
      .find(({ recordType }) => recordType.name === type)!.id;

  test('whose verdicts rest on what it is not shown is told where one cited it, without its number', async () => {
    const at = daysFrom(world.now, -1);
    const cited = await world.read({
      ...department,
      ...action,
      at,
      rules: [ruleAbout('DisciplinaryAction')],
    });
    await world.read({ ...department, ...action, at });
    await world.file({ source: 'discipline', record_type: 'DisciplinaryAction' });
    await world.tell();
    const [notice] = await told();
    expect(notice).toMatchObject({ verdicts_only: true, readings: 1, case_given: true });
    const [row] = await noticesBehind(world.state.query, 'organisation-dept', '0', 10);
    expect(standingOf(world.snapshot, row!, row!, '2026-11-22')).toEqual({
      kind: 'told',
      record: false,
      verdictsOnly: true,
    });
    const shown = (await readingsOf(world.state.query, [row!])).get(row!.id)!;
    expect(shown.map(({ request }) => request)).toEqual([cited]);
  });

  test('and learns nothing of a record that none of its verdicts cited', async () => {
    const at = daysFrom(world.now, -1);
    await world.read({ ...department, ...action, at, rules: [ruleAbout('ProcurementBan')] });
    await world.file({ source: 'discipline', record_type: 'DisciplinaryAction' });
    await world.tell();
    expect(await told()).toEqual([]);
    expect(await world.notices()).toMatchObject([{ untold: 'NOT_PERMITTED', number: null }]);
  });

  test('the condition on the row decides, and one that looks at what nobody noted is not met', async () => {
    const office = {
      consumer: 'credit-office',
      purpose: 'credit-supervision',
      subject: 'firm',
      source: 'utilities',
      record: 'UtilityArrear',
      user: 'one',
    };
    const outcomes: unknown[] = [];
    for (const facts of [{ region: '420281' }, { region: '370200' }, {}]) {
      await world.clear();
      await world.read({ ...office, at: daysFrom(world.now, -1) });
      await world.file({ source: 'utilities', record_type: 'UtilityArrear', facts });
      await world.tell();
      outcomes.push((await world.notices()).map(({ untold }) => untold));
    }
    expect(outcomes).toEqual([[null], ['NOT_PERMITTED'], ['NOT_PERMITTED']]);
  });

  test('nobody without a token, no subject itself, no purpose or consumer that is gone, none that cannot follow', async () => {
    const at = daysFrom(world.now, -1);
    for (const [consumer, purpose] of [
      ['public', 'public-information'],
      ['citizen-portal', 'own-records'],
      ['procurement-platform', 'government-procurement'],
      ['subsidy-system', 'subsidy-review'],
      ['auditor', 'audit'],
    ] as const)
      await world.read({ consumer, purpose, subject: 'firm', at, caseNumber: 'C-1', user: 'one' });
    world.snapshot = world.withConsumers({
      'procurement-platform': { purposes: ['bidding-review', 'following-changes'] },
      'subsidy-system': undefined,
    });
    await world.file();
    await world.tell();
    expect((await world.notices()).map(({ consumer, untold }) => [consumer, untold])).toEqual([
      ['auditor', 'CANNOT_FOLLOW'],
      ['citizen-portal', 'SUBJECT_ITSELF'],
      ['procurement-platform', 'PURPOSE_WITHDRAWN'],
      ['public', 'ANONYMOUS'],
      ['subsidy-system', 'CONSUMER_GONE'],
    ]);
  });

  test('reads that their subject is not told of are told to their reader, and to nobody who handles the case', async () => {
    const at = daysFrom(world.now, -1);
    const commission = { consumer: 'supervisory-commission', purpose: 'discipline-supervision' };
    await world.read({ ...commission, subject: 'firm', at, caseNumber: 'J-1', user: 'one', sealed: true });
    await world.read({ ...purchaser, at });
    const filed = await world.file();
    await world.tell();
    expect((await told()).map(({ consumer }) => consumer)).toEqual([
      'procurement-platform',
      'supervisory-commission',
    ]);
    expect(
      (await receiptsOf(world.state.query, filed.number, ['ProcurementBan'])).map(({ consumer }) => consumer),
    ).toEqual(['procurement-platform']);
  });
});

describe('a crash', () => {
  test('before everything is written leaves nothing, and the next one tells all', async () => {
    await world.read({ ...purchaser, at: daysFrom(world.now, -1) });
    await world.file();
    const dying = {
      ...world.parts,
      audit: {
        append: () => {
          throw new Error('gone');
        },
      },
    };
    await expect(tellNext(dying)).rejects.toThrow('gone');
    expect(await world.notices()).toEqual([]);
    expect(await world.state.query('select from gateway.recall_reading')).toEqual([]);
    await world.tell();
    expect((await told()).map(({ number }) => number)).toEqual(['1']);
  });

  test('and several who tell at once give every number once, in the order of the changes', async () => {
    const at = daysFrom(world.now, -1);
    await world.read({ ...purchaser, at });
    for (let record = 0; record < 12; record += 1) await world.file({ record: `B-${record}` });
    const seen = new Set<string>();
    let last = 0n;
    const follow = async (): Promise<void> => {
      const rows = await world.state.query<{ number: string }>(
        'select number from gateway.recall_notice where number > $1 order by number',
        [String(last)],
      );
      for (const { number } of rows) {
        // What appears behind a cursor comes right after it: nothing was skipped.
        expect(BigInt(number)).toBe(last + 1n);
        last = BigInt(number);
        seen.add(number);
      }
    };
    const telling = Promise.all([1, 2, 3].map(() => world.tell()));
    let done = false;
    void telling.then(() => (done = true));
    while (!done) await follow();
    await telling;
    await follow();
    expect(seen.size).toBe(12);
    expect(world.audited.filter(({ kind }) => kind === 'recall')).toHaveLength(12);
  });

  test('readings that are kept while their readers are told are told too', async () => {
    const at = daysFrom(world.now, -1);
    for (let record = 0; record < 8; record += 1) await world.file({ record: `B-${record}` });
    await Promise.all([
      world.tell(),
      (async () => {
        for (let count = 0; count < 15; count += 1) await world.read({ ...purchaser, at });
      })(),
    ]);
    await world.tell();
    expect(
      await world.state.query('select change from gateway.recall_reading where notice is not null'),
    ).toHaveLength(8 * 15);
  });
});

test('goes on by itself when the database comes back, and forgets what need not be kept', async () => {
  await world.read({ ...purchaser, at: daysFrom(world.now, -1) });
  await world.file();
  let away = true;
  const asked: boolean[] = [];
  const telling = keepTelling({
    ...world.parts,
    state: {
      ...world.state,
      query: (...given) => {
        asked.push(away);
        if (away && asked.length > 2) away = false;
        return away ? Promise.reject(new Error('away')) : world.state.query(...given);
      },
    },
    log: quiet,
    caughtUp: () => Promise.resolve(),
    onTold: () => undefined,
    every: 5,
  });
  await expect.poll(told, { timeout: 10_000 }).toHaveLength(1);
  world.now = new Date('2030-01-01T00:00:00Z');
  telling.wake();
  await expect.poll(() => world.notices()).toEqual([]);
  await telling.close();
  // A number is never given twice.
  expect(await world.state.query('select last_number from gateway.recall_list')).toEqual([
    { last_number: '1' },
  ]);
});
