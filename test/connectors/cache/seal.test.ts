import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSeal } from '../../../connectors/cache/seal.ts';

const key = randomBytes(32);
const seal = createSeal(key);

describe('a sealed value', () => {
  test('opens under its own name', () => {
    expect(seal.open('name', seal.seal('name', '["张三"]'))).toBe('["张三"]');
  });

  test('opens under no other name and with no other key', () => {
    const sealed = seal.seal('name', 'text');
    expect(seal.open('other', sealed)).toBeUndefined();
    expect(createSeal(randomBytes(32)).open('name', sealed)).toBeUndefined();
  });

  test('opens no more when a single bit of it was changed', () => {
    const sealed = Buffer.from(seal.seal('name', 'text').slice(2), 'base64');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(seal.open('name', `1.${changed.toString('base64')}`)).toBeUndefined();
    }
  });

  test.each([[''], ['1.'], ['1.AAAA'], ['2.AAAA'], ['text'], ['{"value":"text"}']])('is not %j', (text) => {
    expect(seal.open('name', text)).toBeUndefined();
  });

  test('shows neither what it holds nor whether it holds anything', () => {
    const [one, none] = [seal.seal('name', '["张三","110105"]'), seal.seal('name', '[]')];
    expect(one).not.toContain('110105');
    expect(Buffer.from(one.slice(2), 'base64').includes('110105')).toBe(false);
    expect(one).toHaveLength(none.length);
    expect(seal.seal('name', '[]')).not.toBe(none);
  });
});

test('a name can only be made with the key', () => {
  expect(seal.nameOf('text')).toMatch(/^[\w-]{43}$/);
  expect(seal.nameOf('text')).toBe(createSeal(key).nameOf('text'));
  expect(seal.nameOf('text')).not.toBe(createSeal(randomBytes(32)).nameOf('text'));
});

test('a key that is too short is refused', () => {
  expect(() => createSeal(randomBytes(16))).toThrow(RangeError);
});
