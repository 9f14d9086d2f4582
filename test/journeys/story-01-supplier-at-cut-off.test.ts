// Story 1: one supplier at a cut-off date: barred by which rule, which document, until when.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type RunningGateway, TODAY, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
beforeAll(async () => {
  world = await runGateway();
});
afterAll(() => world?.stop());

const query = `query ($uscc: USCC!, $cutOff: Date) { organization(uscc: $uscc) {
  court { listings { caseCode } } procurement { bans { documentNumber from to } }
  publicity { penalties { documentNumber } wageArrearsListings { documentNumber } }
  finance { taxListings { documentNumber } }
  eligibility(scene: GOVERNMENT_PROCUREMENT, asOf: $cutOff) {
    outcome asOf jurisdiction reasons advice rulesVersion rules { id basis certainty } notAssessed { id }
    findings { rule effect status basis title certainty source record from until otherBasis }
    evidence { source state asOf }
  } } }`;
const ask = (key: string, cutOff?: unknown): Promise<Answer> =>
  world.ask({
    query,
    variables: { uscc: id(key), ...(cutOff === undefined ? {} : { cutOff }) },
    consumer: 'procurement-platform',
    headers: procurement,
  });
async function supplier(key: string, cutOff?: string): Promise<any> {
  const { body } = await ask(key, cutOff);
  expect(body.errors).toBeUndefined();
  return body.data.organization;
}

test.each([
  ['banned-firm', 'R4', '政府采购法 §77', '2027-10-18'],
  ['listed-firm', 'R1', '法释〔2017〕7号', null],
  ['listed-extended', 'R1', '法释〔2017〕7号', '2027-05-22'],
  ['tax-listed', 'R5', '财库〔2016〕125号', null],
  ['wage-arrears', 'R19', '国务院令724 §48', '2029-01-22'],
  ['fined-heavily', 'R3', '财库〔2022〕3号', '2028-11-22'],
])(
  '%s is barred by %s, cited with its text, its document and its last day',
  async (key, rule, basis, until) => {
    const { eligibility, ...sections } = await supplier(key);
    expect(eligibility).toMatchObject({
      outcome: 'BARRED',
      asOf: TODAY,
      jurisdiction: '420200',
      reasons: [],
    });
    const inForce = eligibility.findings.filter(
      ({ effect, status }: any) => effect === 'BAR' && status === 'IN_FORCE',
    );
    expect(inForce).toContainEqual(
      expect.objectContaining({
        rule,
        basis: expect.stringContaining(basis),
        title: expect.stringMatching(/[a-z].*\p{Script=Han}/u),
        until,
      }),
    );
    // The document it cites is the one the section shows.
    for (const { record, source } of inForce) {
      expect(record).toEqual(expect.any(String));
      expect(JSON.stringify(sections[source])).toContain(JSON.stringify(record));
    }
  },
);

test('at a cut-off the records in force then count: before the first day, on the last and after it', async () => {
  const [{ from, to }] = (await supplier('banned-firm')).procurement.bans;
  const outcomes: Record<string, string> = {};
  for (const cutOff of [dayFrom(from, -1), from, to, dayFrom(to, 1)]) {
    const { eligibility } = await supplier('banned-firm', cutOff);
    const [{ status }] = eligibility.findings;
    expect(eligibility.asOf).toBe(cutOff);
    outcomes[cutOff] = `${eligibility.outcome} ${status}`;
  }
  expect(Object.values(outcomes)).toEqual([
    'CLEAR NOT_YET',
    'BARRED IN_FORCE',
    'BARRED IN_FORCE',
    'CLEAR EXPIRED',
  ]);
});

test('the law of the cut-off counts, not that of today', async () => {
  const then = (await supplier('clean-firm', '2016-08-01')).eligibility;
  const now = (await supplier('clean-firm')).eligibility;
  const ids = (rules: any[]): string[] => rules.map((rule) => rule.id);
  expect(ids(now.rules)).toEqual(expect.arrayContaining(['R1', 'R3', 'R4', 'R5', 'R7', 'R19']));
  expect(ids(then.rules)).not.toContain('R1');
  expect(ids(then.rules)).toContain('R4');
});

test('where two texts disagree about a fine, a person decides, and both are cited', async () => {
  const { eligibility } = await supplier('fined-lightly');
  expect(eligibility.outcome).toBe('REVIEW');
  expect(eligibility.findings).toEqual([
    expect.objectContaining({
      rule: 'R7',
      basis: '财办库〔2014〕526号',
      otherBasis: [expect.stringContaining('财库〔2022〕3号')],
    }),
  ]);
});

test('the verdict says what it rests on, what it does not speak of, and that it decides nothing', async () => {
  const { eligibility } = await supplier('banned-firm');
  expect(eligibility.advice).toContain('不构成自动化决定');
  expect(eligibility.notAssessed.map((rule: any) => rule.id)).toContain('R3-criminal');
  expect(eligibility.rulesVersion).toMatch(/^[0-9a-f]{16}$/);
  for (const evidence of eligibility.evidence)
    expect(evidence).toMatchObject({ state: 'OK', asOf: expect.stringMatching(/^2026-11-2/) });
});

test('the cut-off is in the log', () => {
  const asked = world.entries().filter(({ kind, scenes }) => kind === 'intent' && scenes !== undefined);
  expect(asked.map(({ scenes }) => scenes)).toContainEqual(['GOVERNMENT_PROCUREMENT 2016-08-01 420200']);
});

test.each([['2026-02-30'], ['22.11.2026'], [20261122], ['']])(
  'a cut-off that is no day (%j) is refused, and nothing is asked',
  async (cutOff) => {
    const before = world.sandbox.court.journal().length;
    const answer = await ask('banned-firm', cutOff);
    expect(answer.status).toBe(400);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ at: '$cutOff' });
    expect(world.sandbox.court.journal()).toHaveLength(before);
  },
);

/** The day so many days later. */
function dayFrom(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
