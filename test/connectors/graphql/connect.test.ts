import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connector, Subject } from '../../../connectors/contract.ts';
import { writeOperation } from '../../../connectors/graphql/operation.ts';
import type { GraphqlRecord } from '../../../connectors/manifest.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import type { Lookup } from '../../../connectors/transport.ts';
import { ask, openProbe } from '../../contract/bench.ts';
import { type GraphqlBench, startGraphqlBench } from '../../contract/graphql-bench.ts';

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
    query: { field: 'banList', argument: 'subjectCodes', type: '[String!]!' },
  },
  keyColumn: 'subjectCode',
  keys: ['a"b'],
  columns,
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

test('what is no name never becomes query text', () => {
  expect(() => writeOperation([lookup(['docNo } secret {'])])).toThrow(
    expect.objectContaining({ code: 'SOURCE_INVALID_ANSWER' }),
  );
});
