import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { readAnswer } from '../../../connectors/graphql/answer.ts';
import { writeOperation } from '../../../connectors/graphql/operation.ts';
import type { GraphqlRecord } from '../../../connectors/manifest.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { type Lookup, missing } from '../../../connectors/transport.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import { type GraphqlBench, startGraphqlBench, startSubgraphBench } from '../../contract/graphql-bench.ts';

const one: Subject = { kind: 'Organization', id: usccAt('91', 1) };

let bench: GraphqlBench;
let probe: Connector;
beforeAll(async () => {
  bench = await startGraphqlBench();
});
beforeEach(async () => {
  const row = { code: one.id, doc: 'A-1', amt: '1', day: '2026-03-01', st: '0' };
  await bench.hold({ listings: [row], awards: [row] });
  probe = await openProbe(bench);
});
afterEach(() => probe.close());
afterAll(() => bench.stop());

test('an error in one root field makes the whole answer invalid, without its words', async () => {
  bench.breakField('awards');
  const answer = await ask(probe, [one], { Listing: ['number'], Award: ['number'] });
  expect(answer).toMatchObject({
    state: 'INVALID',
    failure: {
      code: 'SOURCE_INVALID_ANSWER',
      detail: 'the answer has 1 errors, not all of them in a record',
    },
  });
  expect(answer.rows.size).toBe(0);
});

test('how old the data are is asked in the same operation, and stale data are said to be so', async () => {
  const source = await openProbe(bench, { freshness: 'maxAge: 2d, at: load.last.at' });
  try {
    const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
    bench.speakOf(ago(1));
    expect(await ask(source, [one])).toMatchObject({ state: 'OK' });
    expect(bench.calls()).toHaveLength(1);
    bench.speakOf(ago(3));
    expect(await ask(source, [one])).toMatchObject({ state: 'STALE' });
    for (const nothing of [null, 'yesterday']) {
      bench.speakOf(nothing);
      expect(await ask(source, [one])).toMatchObject({ state: 'INVALID' });
    }
  } finally {
    await source.close();
  }
});

test.each([['html'], ['garbage'], ['empty-body']] as const)('%s is an invalid answer', async (mode) => {
  bench.agency.setFault({ mode });
  expect(await ask(probe, [one])).toMatchObject({
    state: 'INVALID',
    failure: { code: 'SOURCE_INVALID_ANSWER' },
  });
});

const lookup = (columns: readonly string[]): Lookup<GraphqlRecord> => ({
  mapping: {
    record: 'Ban',
    subjects: new Map(),
    order: [],
    fields: new Map(),
    filters: new Map(),
    unusableKeys: { rows: 0 },
    atLeast: 1,
    query: { field: 'banList', argument: 'subjectCodes', type: '[String!]!' },
  },
  keyColumn: 'subjectCode',
  keys: ['a"b'],
  columns,
  controlKeys: [],
  conditions: [],
});

test('an operation asks for the key and the permitted columns, keys as variables', () => {
  const { query, variables } = writeOperation([lookup(['docNo']), lookup(['subjectCode'])]);
  expect(query).toBe(
    'query Records($k0:[String!]!,$k1:[String!]!){' +
      's0:banList(subjectCodes:$k0){subjectCode docNo} s1:banList(subjectCodes:$k1){subjectCode}}',
  );
  expect({ ...variables }).toEqual({ k0: ['a"b'], k1: ['a"b'] });
  expect(() => parse(query)).not.toThrow();
});

test('a list that its count or its page says goes on is no evidence', () => {
  const whole = { ...lookup(['docNo']), mapping: { ...lookup([]).mapping } };
  const query = { ...whole.mapping.query!, at: 'found.nodes', count: 'found.total', more: 'found.page.next' };
  const counting = { ...whole, mapping: { ...whole.mapping, query } };
  expect(writeOperation([counting]).query).toContain('{found{nodes{subjectCode docNo} total page{next}}}');
  const nodes = [{ subjectCode: 'a"b', docNo: 'D' }];
  const read = (found: object): number => {
    let rows = 0;
    readAnswer({ data: { s0: { found } } }, [counting], () => (rows += 1));
    return rows;
  };
  expect(read({ nodes, total: 1, page: { next: false } })).toBe(1);
  for (const found of [
    { nodes, total: 2, page: { next: false } },
    { nodes, total: 1, page: { next: true } },
    { nodes, total: 1, page: {} },
    { nodes, page: { next: false } },
    { nodes: null, total: 0, page: { next: false } },
  ])
    expect(() => read(found)).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }));
});

test('what is no name never becomes query text', () => {
  expect(() => writeOperation([lookup(['docNo } secret {'])])).toThrow(
    expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }),
  );
});

describe.each([
  ['an endpoint', startGraphqlBench],
  ['a subgraph', startSubgraphBench],
])('%s with an error', (_title, start) => {
  const two: Subject = { kind: 'Organization', id: usccAt('91', 2) };
  let other: GraphqlBench;
  let source: Connector;
  beforeAll(async () => {
    other = await start();
  });
  beforeEach(async () => {
    const row = (code: string, doc: string) => ({ code, doc, amt: '1', day: '2026-03-01', st: '0' });
    await other.hold({ listings: [row(one.id, 'A-1'), row(two.id, 'B-1')], awards: [row(two.id, 'B-2')] });
    source = await openProbe(other);
  });
  afterEach(() => source.close());
  afterAll(() => other.stop());

  test('in one record spoils its subject and nobody else', async () => {
    other.breakRow('A-1');
    const answer = await ask(source, [one, two], { Listing: ['amount', 'number'], Award: ['number'] });
    expect(answer).toMatchObject({ state: 'OK', invalidSubjects: new Set() });
    expect(answer.gaps).toContainEqual({
      record: 'Listing',
      reason: 'UNREADABLE',
      subjects: new Set([one.id]),
    });
    expect(answer.rows.get('Listing')?.has(one.id)).toBe(false);
    expect(answer.rows.get('Listing')?.get(two.id)).toMatchObject([{ amount: '1.00', number: 'B-1' }]);
    expect(answer.rows.get('Award')?.get(two.id)).toMatchObject([{ number: 'B-2' }]);
  });

  test('in a field nobody may see is not met', async () => {
    other.breakRow('A-1');
    const answer = await ask(source, [one], { Listing: ['number'] });
    expect(answer.rows.get('Listing')?.get(one.id)).toMatchObject([{ number: 'A-1' }]);
  });

  test('and no data is a refusal, without its words', async () => {
    other.breakAll();
    const answer = await ask(source, [one], { Listing: ['number'] });
    expect(answer).toMatchObject({
      state: 'UNAVAILABLE',
      failure: { code: 'SOURCE_REFUSED', detail: 'the answer has 1 errors and no data' },
    });
  });
});

describe('entities answer place by place', () => {
  const mapping = { ...lookup([]).mapping, query: undefined, entity: { type: 'Subject', key: 'code' } };
  const asked: Lookup<GraphqlRecord> = { ...lookup(['doc']), mapping, keyColumn: 'code', keys: ['X1', 'X2'] };
  const received = (entities: unknown, errors?: unknown): unknown[] => {
    const rows: unknown[] = [];
    const answer = { data: { s0: entities }, ...(errors === undefined ? {} : { errors }) };
    readAnswer(answer, [asked], (_lookup, key, values) => rows.push([key, ...values]));
    return rows;
  };

  test('null is one that is not known there', () => {
    expect(received([null, { code: 'X2', doc: 'B' }])).toEqual([['X2', 'B']]);
  });

  test('null with an error is one of whom nothing is known', () => {
    const errors = [{ message: 'no', path: ['s0', 0] }];
    expect(received([null, { code: 'X2', doc: 'B' }], errors)).toEqual([
      ['X1', missing],
      ['X2', 'B'],
    ]);
  });

  test.each([
    ['fewer than asked for', [{ code: 'X1', doc: 'A' }], undefined],
    ['somebody else', [{ code: 'X9', doc: 'A' }, null], undefined],
    [
      'a shuffled list',
      [
        { code: 'X2', doc: 'A' },
        { code: 'X1', doc: 'B' },
      ],
      undefined,
    ],
    ['nobody by name', [{ doc: 'A' }, null], undefined],
    ['an error without a path', [null, null], [{ message: 'no' }]],
    ['an error of no record', [null, null], [{ message: 'no', path: ['s0', 7] }]],
    ['no list', null, undefined],
  ])('%s makes everything unusable', (_title, entities, errors) => {
    expect(() => received(entities, errors)).toThrow(
      expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }),
    );
  });
});
