import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namesTwice, readJson } from '../../../connectors/http/json-answer.ts';

const read = (text: string): unknown => readJson({ charset: undefined, body: Buffer.from(text) });

test.each([
  ['{"a":1,"a":2}', true],
  ['{"a":1,"b":{"a":2}}', false],
  ['[{"a":1},{"a":2}]', false],
  ['{"a":["a","a"],"b":"a"}', false],
  [String.raw`{"a":1,"\u0061":2}`, true],
  [String.raw`{"a\"":1,"a":2,"a\\":3}`, false],
  [String.raw`{"x":"\\","y":{"z" : 1 , "z":2}}`, true],
  ['{"__proto__":1,"__proto__":2}', true],
  ['"a"', false],
])('%s names a member twice: %s', (json, twice) => {
  expect(namesTwice(json)).toBe(twice);
});

test('what a serialiser writes never names a member twice, and one more member does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, name) => {
      const member = `${JSON.stringify(name)}:1`;
      expect(namesTwice(JSON.stringify(value, undefined, 1))).toBe(false);
      expect(namesTwice(`{${member},"inner":${JSON.stringify(value)} ,\n${member}}`)).toBe(true);
    }),
  );
});

test('a name of the prototype is a name', () => {
  expect(Object.keys(read('{"__proto__":{"x":1}}') as object)).toEqual(['__proto__']);
  expect((read('{"__proto__":{"x":1}}') as { readonly x?: unknown }).x).toBeUndefined();
});
