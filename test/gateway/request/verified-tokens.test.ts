import { expect, test } from 'vitest';
import { createVerifiedTokens, tokenKey } from '../../../gateway/request/verified-tokens.ts';

const entry = {
  clientId: 'a',
  subject: 'a',
  tokenId: 'a',
  iat: 1,
  exp: 2,
  kid: 'k',
  keyThumbprint: 't',
  verifiedAt: 3,
};

test('the least recently used token goes first, and the number never exceeds the capacity', () => {
  const tokens = createVerifiedTokens(2);
  tokens.keep('one', entry);
  tokens.keep('two', entry);
  tokens.recall('one');
  tokens.keep('three', entry);
  expect(tokens.size).toBe(2);
  expect(tokens.recall('two')).toBeUndefined();
  expect(tokens.recall('one')).toBe(entry);
  tokens.forget('one');
  expect(tokens.recall('one')).toBeUndefined();
});

test('the key is a digest that does not contain the token', () => {
  expect(tokenKey('a.b.c')).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});
