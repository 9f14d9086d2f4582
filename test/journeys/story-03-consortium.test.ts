// Story 3: a consortium, per member and combined; an invalid code is named, the rest still answer.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const consortium = async (usccs: readonly string[], extra = '') => {
  const answer = await world.ask({
    query: `query ($usccs: [SubjectCode!]!) {
      consortium(usccs: $usccs, scene: GOVERNMENT_PROCUREMENT${extra}) {
        outcome asOf jurisdiction
        members { index uscc outcome code message findings { rule status source } evidence { source state } }
      }
    }`,
    variables: { usccs },
    consumer: 'procurement-platform',
    headers: procurement,
  });
  return { answer, found: answer.body.data?.consortium };
};

test('one barred member bars the consortium, and each member has its own verdict', async () => {
  const { found } = await consortium([id('clean-firm'), id('listed-firm')]);
  expect(found).toMatchObject({
    outcome: 'BARRED',
    asOf: '2026-11-22',
    jurisdiction: '420200',
    members: [
      { index: 0, uscc: id('clean-firm'), outcome: 'CLEAR', findings: [] },
      { index: 1, uscc: id('listed-firm'), outcome: 'BARRED' },
    ],
  });
  expect(found.members[1].findings).toContainEqual({ rule: 'R1', status: 'IN_FORCE', source: 'court' });
});

test('clear members make a clear consortium', async () => {
  const { found } = await consortium([id('clean-firm'), id('clean-firm')]);
  expect(found.outcome).toBe('CLEAR');
});

test('an invalid code is named by its place, the rest answer, and the whole is never clear', async () => {
  const { answer, found } = await consortium([id('clean-firm'), '91990000XX0000000B']);
  expect(found).toMatchObject({
    outcome: 'INDETERMINATE',
    members: [
      { index: 0, outcome: 'CLEAR' },
      { index: 1, uscc: null, outcome: null, code: 'IDENTIFIER_INVALID', message: expect.any(String) },
    ],
  });
  expect(answer.text).not.toContain('91990000XX0000000B');
});

test('a known bar outranks an invalid code', async () => {
  expect((await consortium(['nothing', id('listed-firm')])).found.outcome).toBe('BARRED');
});

// Once every root had a hundred of its own: one request made the gateway ask about two thousand.
test('consortia of one request have no more members together than one may have', async () => {
  const firm = id('clean-firm');
  const ask = (each: number) =>
    world.ask({
      query: `query ($usccs: [SubjectCode!]!) { ${['a', 'b', 'c']
        .map((name) => `${name}: consortium(usccs: $usccs, scene: GOVERNMENT_PROCUREMENT) { outcome }`)
        .join(' ')} }`,
      variables: { usccs: Array.from({ length: each }, () => firm) },
      consumer: 'procurement-platform',
      headers: procurement,
    });
  const few = await ask(33);
  expect(few.body.errors).toBeUndefined();
  expect(few.body.data.c.outcome).toBe('CLEAR');
  const many = await ask(34);
  expect(many.body.errors?.map(({ extensions }) => [extensions.code, extensions.at])).toEqual([
    ['TOO_MANY_SUBJECTS', 'consortium(usccs)'],
  ]);
});

test('the day and place asked for are the ones applied', async () => {
  const { found } = await consortium([id('clean-firm')], ', asOf: "2020-02-29", jurisdiction: "370200"');
  expect(found).toMatchObject({ asOf: '2020-02-29', jurisdiction: '370200' });
});

test('it leaves the trace of the question it asks', () => {
  const traced = world.entries().filter(({ subjects }) => subjects?.length === 2);
  expect(traced[0]).toMatchObject({ kind: 'intent', scenes: ['GOVERNMENT_PROCUREMENT 2026-11-22 420200'] });
});

test('the public gets none', async () => {
  const answer = await world.ask({
    query: `{ consortium(usccs: ["${id('clean-firm')}"], scene: GOVERNMENT_PROCUREMENT) { outcome } }`,
  });
  expect(answer.text).not.toContain('CLEAR');
});
