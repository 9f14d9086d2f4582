import { expect, test } from 'vitest';
import { codes } from '../../../connectors/transforms/codes.ts';

const table = new Map([
  ['A', 'FRAUD'],
  ['B', 'COLLUSION'],
]);
const grounds = codes({ table, separators: [';', '、'] });

test.each([
  ['A;B', ['FRAUD', 'COLLUSION']],
  ['A；B', ['FRAUD', 'COLLUSION']],
  [' A 、 B ', ['FRAUD', 'COLLUSION']],
  ['A', ['FRAUD']],
  ['A;A;', ['FRAUD']],
  ['', null],
  [null, null],
  [
    ['A', 'B'],
    ['FRAUD', 'COLLUSION'],
  ],
])('%j is read as %j', (raw, value) => {
  expect(grounds(raw)).toEqual({ ok: true, value });
});

test('a code nobody listed spoils the list, and is told', () => {
  expect(grounds('A;C')).toEqual({
    ok: false,
    reason: 'is a code the manifest does not list',
    unknownCode: 'C',
  });
  expect(grounds('A,B').ok).toBe(false);
});

test('a table may say what every other code means', () => {
  const rest = codes({ table: new Map([...table, ['*', 'OTHER']]), separators: [';'] });
  expect(rest('A;C')).toEqual({ ok: true, value: ['FRAUD', 'OTHER'], unknownCode: 'C' });
});
