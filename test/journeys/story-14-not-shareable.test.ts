// What is not shared looks the same about everybody: absent, sealed and denied. Only the organ that decided reads it.
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
