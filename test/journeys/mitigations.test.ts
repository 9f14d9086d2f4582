// 自我纠错 (domain.md row 15): a body has recognised that an official put right what he did. A person's decision, flagged
// on the findings of its record; no outcome follows from it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf, refusal } from './remedy-desk.ts';
import { type Answer, type RunningGateway, TODAY, id, promotion, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let desk: Desk;
beforeAll(async () => {
  world = await runGateway();
  desk = deskOf(world);
});
afterAll(() => world?.stop());

const review = async (key: string): Promise<any> => {
  const { body, text } = await world.ask({
    query: `query ($p: CitizenId!) { person(citizenId: $p) {
      eligibility(scene: PROMOTION) { outcome findings { rule effect status record until underObjection mitigated } }
      hr { sanctions { documentNumber recordStatus } } } }`,
    variables: { p: id(key) },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  if (body.errors !== undefined) throw new Error(text);
  return body.data.person;
};
const recognise = (key: string, record: string, recordType = 'Sanction'): Promise<Answer> =>
  desk.office(
    `mutation ($p: CitizenId, $type: String!, $record: String!) {
      recogniseSelfCorrection(citizenId: $p, recordType: $type, record: $record, fact: "主动退还并消除影响。",
        decidedBy: "市人社局", reason: "经核实，主动挽回损失。") {
        number revision state recordType record fact decidedBy recognisedOn next history { from to user reason } } }`,
    { p: id(key), type: recordType, record },
  );

test('a self-correction is flagged on the finding of its record, and the outcome stays as it was', async () => {
  const before = await review('demerit-in-force');
  expect(before.eligibility.outcome).toBe('BARRED');
  expect(before.eligibility.findings.map(({ mitigated }: any) => mitigated)).toEqual([false]);
  const [sanction] = before.hr.sanctions;
  const recognised = await recognise('demerit-in-force', sanction.documentNumber);
  expect(recognised.body.errors).toBeUndefined();
  const mitigation = recognised.body.data.recogniseSelfCorrection;
  expect(mitigation).toEqual({
    number: expect.stringMatching(/^MIT-2026-\d{6}$/),
    revision: 1,
    state: 'RECOGNISED',
    recordType: 'Sanction',
    record: sanction.documentNumber,
    fact: '主动退还并消除影响。',
    decidedBy: '市人社局',
    recognisedOn: TODAY,
    next: ['withdrawMitigation'],
    history: [{ from: null, to: 'RECOGNISED', user: 'official.one', reason: '经核实，主动挽回损失。' }],
  });
  const [finding] = before.eligibility.findings;
  const flagged = { ...before.eligibility, findings: [{ ...finding, mitigated: true }] };
  expect(await review('demerit-in-force')).toEqual({ ...before, eligibility: flagged });
  // Twice is once.
  expect(refusal(await recognise('demerit-in-force', sanction.documentNumber))).toEqual([
    'REMEDY_OPEN',
    mitigation.number,
  ]);
  // Beside an objection both are told. Of the same act the commission's own decision then stands, flagged as well.
  const filed = await desk.counter(
    `mutation ($p: CitizenId, $record: String!) {
      fileObjection(citizenId: $p, recordType: "Sanction", record: $record, statement: "事实有误。") { number } }`,
    { p: id('demerit-in-force'), record: sanction.documentNumber },
  );
  const objected = await review('demerit-in-force');
  expect(objected.eligibility.outcome).toBe('BARRED');
  expect(objected.eligibility.findings).toMatchObject([{ underObjection: false, mitigated: true }]);
  expect(objected.hr.sanctions).toEqual([{ ...sanction, recordStatus: 'UNDER_OBJECTION' }]);
  await desk.step('withdrawObjection', filed.body.data.fileObjection.number, 1);

  const withdraw = (revision: number) =>
    desk.office(
      'mutation ($n: String!, $r: Int!) { withdrawMitigation(number: $n, revision: $r, reason: "认定有误。") { state next } }',
      { n: mitigation.number, r: revision },
    );
  const both = await Promise.all([withdraw(1), withdraw(1)]);
  expect(both.map((answer) => refusal(answer)[0]).toSorted()).toEqual(['REMEDY_CHANGED', undefined]);
  expect(refusal(await withdraw(2))[0]).toBe('REMEDY_CLOSED');
  expect(await review('demerit-in-force')).toEqual(before);
});

test('its readers are told of no change, and the subject reads it without the official', async () => {
  const [sanction] = (await review('warned-in-force')).hr.sanctions;
  const recognised = await recognise('warned-in-force', sanction.documentNumber);
  const { number } = recognised.body.data.recogniseSelfCorrection;
  const receipts = await desk.office('query ($n: String!) { noticeReceipts(remedy: $n) { consumer } }', {
    n: number,
  });
  expect(receipts.body.data.noticeReceipts).toEqual([]);
  const own = await world.ask({
    query:
      '{ myRemedies { mitigations { number state fact decidedBy history { to consumer } } objections { number } } }',
    consumer: 'citizen-portal',
    subject: { kind: 'Person', id: id('warned-in-force') },
    headers: { 'credit-purpose': 'own-records' },
  });
  expect(own.body.data.myRemedies).toEqual({
    mitigations: [
      {
        number,
        state: 'RECOGNISED',
        fact: '主动退还并消除影响。',
        decidedBy: '市人社局',
        history: [{ to: 'RECOGNISED', consumer: 'credit-office' }],
      },
    ],
    objections: [],
  });
  expect(own.text).not.toContain('official.one');
});

test('what nobody may look into, or is not there, is not mitigated; who may not decide does not', async () => {
  expect(refusal(await recognise('clean-official', 'X-1'))[0]).toBe('RECORD_NOT_FOUND');
  for (const type of ['DisciplinaryAction', 'Nonsense'])
    expect(refusal(await recognise('same-name-2', 'X-1', type)), type).toEqual([
      'REMEDY_NOT_OFFERED',
      undefined,
    ]);
  const counter = await desk.counter(
    'mutation ($p: CitizenId) { recogniseSelfCorrection(citizenId: $p, recordType: "Sanction", record: "X", fact: "x", decidedBy: "x", reason: "x") { number } }',
    { p: id('clean-official') },
  );
  expect(refusal(counter)[0]).toBe('DEED_NOT_PERMITTED');
  const hidden = await world.ask({
    query: 'query ($n: String!) { mitigation(number: $n) { number } }',
    variables: { n: 'MIT-2026-000001' },
    consumer: 'organisation-dept',
    headers: promotion,
  });
  expect(hidden.body.data).toEqual({ mitigation: null });
});
