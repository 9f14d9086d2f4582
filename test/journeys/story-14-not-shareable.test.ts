// Story 14: what is not shared looks the same about everybody, whether or not there are records: sections, verdicts, reports,
// the access log; in content and in size. Only the organ that decided reads it.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { type Answer, type RunningGateway, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway({ journal: true });
});
afterAll(() => world?.stop());

const query = `query ($p: CitizenId!) { person(citizenId: $p) { discipline { state
  actions { kind series actNumber documentNumber effectiveOn effectiveTo recordStatus } } } }`;
const forTheCase = {
  'credit-purpose': 'discipline-supervision',
  'credit-case': 'case-2026-7',
  'credit-user': 'officer-1',
};
const asCommission = (key: string): Promise<Answer> =>
  world.ask({ query, variables: { p: id(key) }, consumer: 'supervisory-commission', headers: forTheCase });
const asOrganisationDepartment = (key: string): Promise<Answer> =>
  world.ask({ query, variables: { p: id(key) }, consumer: 'organisation-dept', headers: promotion });

/** Statements the commission's database received for reading. */
async function asked(): Promise<number> {
  const all = await readStatements(world.sandbox.postgres!);
  return all.filter(({ text }) => text.includes('"disciplinary_action"')).length;
}
/** All that can be seen of an answer but its number. */
function seen({ status, body: { data, errors, extensions }, text }: Answer): unknown {
  return { status, data, errors, withheld: extensions?.withheld, bytes: text.length };
}

test('the organ that decided reads its decisions, under the number of the act the personnel file has', async () => {
  const { body } = await asCommission('same-name-2');
  expect(body.errors).toBeUndefined();
  expect(body.data.person.discipline).toMatchObject({
    state: 'OK',
    actions: [{ kind: 'MAJOR_DEMERIT', series: 'ADMINISTRATIVE', recordStatus: 'EFFECTIVE' }],
  });
  const hr = await world.ask({
    query:
      'query ($p: CitizenId!) { person(citizenId: $p) { hr { sanctions { series actNumber documentNumber } } } }',
    variables: { p: id('same-name-2') },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  const [action] = body.data.person.discipline.actions;
  const [sanction] = hr.body.data.person.hr.sanctions;
  expect(sanction).toMatchObject({ series: 'DISCIPLINARY', actNumber: action.actNumber });
  expect(sanction.documentNumber).not.toBe(action.documentNumber);
});

test('a sealed action looks as if there were none', async () => {
  const sealed = await asCommission('sanction-repaired');
  const absent = await asCommission('clean-official');
  expect(sealed.body.data.person.discipline).toEqual({ state: 'OK', actions: [] });
  expect(seen(sealed)).toEqual(seen(absent));
});

test('whoever else asks is told the same about everybody, and the commission is not asked', async () => {
  const before = await asked();
  expect(before).toBeGreaterThan(0);
  const answers = await Promise.all(
    ['demerit-in-force', 'clean-official', 'sanction-repaired', 'not-an-official'].map(
      asOrganisationDepartment,
    ),
  );
  for (const answer of answers) expect(seen(answer)).toEqual(seen(answers[0]!));
  expect(answers[0]!.body.data.person.discipline).toEqual({ state: 'DENIED', actions: null });
  expect(await asked()).toBe(before);
});

/** Replaces what the commission holds of a person. */
async function hold(
  key: string,
  action: { readonly effectiveOn: string; readonly status: string } | undefined,
): Promise<void> {
  const client = new pg.Client({ connectionString: world.sandbox.postgres!.url('discipline') });
  await client.connect();
  try {
    await client.query('delete from discipline.disciplinary_action where citizen_id = $1', [id(key)]);
    if (action === undefined) return;
    await client.query(
      `insert into discipline.disciplinary_action
       values ($1, '记过', '政务处分', 'HCXW-1', '合成监察机关', '合成政务处分〔2020〕1号', $2, $2, null, $3)`,
      [id(key), action.effectiveOn, action.status],
    );
  } finally {
    await client.end();
  }
}

const file = `discipline { state actions { kind documentNumber } }`;
const verdict = (scene: string): string => `eligibility(scene: ${scene}) { outcome reasons
  findings { rule effect status title source recordType record from until }
  evidence { source recordType state matchedBy } }`;
/** Everybody who may ask about persons, as far as they may. */
const askers = [
  ['organisation-dept', 'promotion-review', `${file} ${verdict('PROMOTION')}`],
  ['organisation-dept', 'promotion-review', `${file} ${verdict('PROMOTION, asOf: "2026-08-01"')}`],
  ['organisation-dept', 'honours-review', `${file} ${verdict('HONOURS')}`],
  ['honours-office', 'honours-review', `${file} ${verdict('HONOURS')}`],
  ['recruitment-office', 'recruitment-review', `${file} ${verdict('RECRUITMENT')}`],
  ['credit-office', 'credit-supervision', `${file} ${verdict('PROMOTION')}`],
  ['auditor', 'audit', file],
] as const;

/** All that an asker can see of a person: the answer, its size and what the log says of it. */
async function visible(key: string, [consumer, purpose, fields]: (typeof askers)[number]): Promise<unknown> {
  const answer = await world.ask({
    query: `query ($p: CitizenId!) { person(citizenId: $p) { ${fields} } }`,
    variables: { p: id(key) },
    consumer,
    headers: { 'credit-purpose': purpose, 'credit-case': 'case-2026-14', 'credit-user': 'officer-1' },
  });
  expect([consumer, answer.body.errors]).toEqual([consumer, undefined]);
  const kept = world.entries().filter(({ request }) => request === answer.body.extensions!.request);
  const log = kept.map(
    ({ seq: _seq, prev: _prev, hash: _hash, request: _request, caller: _caller, ...rest }) => rest,
  );
  return { consumer, purpose, answer: seen(answer), log };
}
const visibleToAll = async (key: string): Promise<unknown[]> => {
  const all = [];
  for (const asker of askers) all.push(await visible(key, asker));
  return all;
};
/** What the person reads about itself: who looked, and at which fields. */
async function ownLog(key: string): Promise<readonly any[]> {
  const { body } = await world.ask({
    query: '{ myAccessLog(first: 100) { nodes { consumer purpose fields answered } } }',
    consumer: 'citizen-portal',
    subject: { kind: 'Person', id: id(key) },
    headers: { 'credit-purpose': 'own-records' },
  });
  expect(body.errors).toBeUndefined();
  return body.data.myAccessLog.nodes;
}
async function report(key: string): Promise<unknown> {
  const { body } = await world.ask({
    query: `mutation ($p: [SubjectCode!]!) { issueReport(subjects: $p, kind: PERSON, scene: PROMOTION) { document } }`,
    variables: { p: [id(key)] },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  expect(body.errors).toBeUndefined();
  const { verdicts, answer, sources, law } = JSON.parse(body.data.issueReport.document).report;
  return { verdicts, answer, sources, law };
}

// Once the evidence of a verdict said how such a record was matched, and its findings cited it after it had ended.
test.each([
  ['sealed', { effectiveOn: '2026-06-22', status: '4' }],
  ['revoked', { effectiveOn: '2026-06-22', status: '1' }],
  ['elapsed', { effectiveOn: '2020-06-22', status: '0' }],
])('an action that is %s changes nothing that anybody can see, nor its size', async (_what, action) => {
  await hold('clean-official', undefined);
  const before = await visibleToAll('clean-official');
  const reported = await report('clean-official');
  await hold('clean-official', action);
  expect(await visibleToAll('clean-official')).toEqual(before);
  expect(await report('clean-official')).toEqual(reported);
  await hold('clean-official', undefined);
});

test('an action in effect changes the verdicts on a promotion, which may rest on it, and shows nothing else of itself', async () => {
  const before = (await visibleToAll('clean-official')) as any[];
  await hold('clean-official', { effectiveOn: '2026-06-22', status: '0' });
  const after = (await visibleToAll('clean-official')) as any[];
  expect(after.slice(2)).toEqual(before.slice(2));
  const { discipline, eligibility } = after[0].answer.data.person;
  expect(discipline).toEqual({ state: 'DENIED', actions: null });
  expect(eligibility).toMatchObject({
    outcome: 'BARRED',
    findings: [{ rule: 'R13', source: 'discipline', record: null, from: null, until: null }],
  });
  await hold('clean-official', undefined);
});

test('the person’s own log names no field of it, whether the commission holds something or not', async () => {
  const nodes = [...(await ownLog('clean-official')), ...(await ownLog('demerit-in-force'))];
  expect(nodes.length).toBeGreaterThan(10);
  expect(nodes.map(({ purpose }) => purpose)).not.toContain('discipline-supervision');
  expect(JSON.stringify(nodes)).not.toMatch(/disciplin/i);
});
