import { expect, test } from 'vitest';
import { bodyOf, memberAt, memberOf } from '../../../connectors/http/json-path.ts';
import { missing } from '../../../connectors/transport.ts';

test('a dotted path leads to own members only', () => {
  const answer = JSON.parse('{"data": {"items": [1], "a.b": 2}}') as unknown;
  expect(memberAt(answer, 'data.items')).toEqual([1]);
  expect(memberAt(answer, 'data.total')).toBe(missing);
  expect(memberAt(answer, 'data.constructor')).toBe(missing);
  expect(memberAt(null, 'data')).toBe(missing);
  expect(memberOf({ 'a.b': 2 }, 'a.b')).toBe(2);
  expect(memberOf({}, 'toString')).toBe(missing);
});

test('a body is built along dotted paths', () => {
  const body = bodyOf(
    new Map<string, unknown>([
      ['query.codes', ['a']],
      ['query.fields', ['b']],
      ['page', 1],
    ]),
  );
  expect(JSON.stringify(body)).toBe('{"query":{"codes":["a"],"fields":["b"]},"page":1}');
  bodyOf(new Map([['__proto__.polluted', true]]));
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
