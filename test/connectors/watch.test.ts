import { describe, expect, it } from 'vitest';
import { isPlainCode } from '../../connectors/watch.ts';

describe('a code shown to an operator', () => {
  it.each(['7', '09', 'REPEALED', 'X-12', 'zx_4', 'A.1'])('%s can be one', (code) => {
    expect(isPlainCode(code)).toBe(true);
  });

  it.each([
    ['an identity number', '420106199001011234'],
    ['the same in groups', '420106-1990'],
    ['a telephone number', '13800138000'],
    ['a date', '2024-03-01'],
    ['an organisation code', 'MA4KXQ7P-3123'],
    ['a name', '张三'],
    ['a sentence', 'no such state'],
    ['nothing', ''],
    ['a line break', 'A\n'],
    ['a long word', 'ABCDEFGHIJKLM'],
  ])('%s is none', (_what, text) => {
    expect(isPlainCode(text)).toBe(false);
  });
});
