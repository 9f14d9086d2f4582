// A report judged anew after a repair: the answer differs, and it is the remedy that says why.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf } from './remedy-desk.ts';
import { type RunningGateway, id, procurement, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway();
  desk = deskOf(world);
});
afterAll(() => world?.stop());

const purchaser = { consumer: 'procurement-platform', headers: procurement };
const replay = async (number: string, headers: Readonly<Record<string, string>> = procurement) => {
  const { body } = await world.ask({
    ...purchaser,
    headers,
    query: `query ($number: ID!) {
      replay(number: $number) { differs before after differences { kind index rule source before after } }
    }`,
    variables: { number },
  });
  return body.data.replay;
};

test('a repair since then makes the answer differ, and the difference names it', async () => {
  const issued = await world.ask({
    ...purchaser,
    query: `mutation ($subjects: [SubjectCode!]!) {
      issueReport(subjects: $subjects, kind: ORGANIZATION, scene: GOVERNMENT_PROCUREMENT) { number outcome document }
    }`,
    variables: { subjects: [id('clean-firm'), id('banned-firm')] },
  });
  const { number, outcome, document } = issued.body.data.issueReport;
  expect(outcome).toBe('BARRED');
  expect(await replay(number)).toMatchObject({ differs: false, differences: [] });

  const [ban] = await desk.bans('banned-firm');
  const applied = await desk.applyForRepair('banned-firm', 'ProcurementBan', ban.documentNumber);
  const repair = applied.body.data.applyForRepair.number;
  await desk.decideRepair(repair, 1, 'ACCEPTED');
  await desk.step('putRepairInEffect', repair, 2);

  const now = await replay(number);
  expect(now).toMatchObject({ differs: true, before: 'BARRED', after: 'CLEAR' });
  expect(now.differences).toContainEqual(
    expect.objectContaining({ kind: 'REMEDIES', index: 1, rule: 'R4', source: 'procurement', after: null }),
  );
  // What was issued stays what it was.
  const again = await world.ask({
    ...purchaser,
    query: 'query ($number: ID!) { report(number: $number) { document } }',
    variables: { number },
  });
  expect(again.body.data.report.document).toBe(document);
});

test('what was never issued cannot be judged anew', async () => {
  expect(await replay('CR20261122-0000000000000000')).toBeNull();
  expect(await replay("' or 1 = 1 --")).toBeNull();
});
