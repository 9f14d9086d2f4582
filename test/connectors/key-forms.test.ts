import { describe, expect, test } from 'vitest';
import { comparableKey, keyForms, maskCouldBe } from '../../connectors/key-forms.ts';

test('an organisation is sent in every form its agency may keep', () => {
  const uscc = '91350100M000100Y43';
  expect(keyForms.get('uscc')!.keysOf(uscc)).toEqual([uscc]);
  expect(keyForms.get('org-code')!.keysOf(uscc)).toEqual(['M000100Y-4', 'M000100Y4']);
});

test('a person is sent by the number of fifteen places where it says so, unless born after 1999', () => {
  const form = keyForms.get('citizen-id-15')!;
  expect(form.keysOf('130503196704010016')).toEqual(['130503670401001']);
  expect(form.keysOf('130503200004010019')).toEqual([]);
});

describe('a key as it is compared', () => {
  test.each([
    ['91350100M000100Y43', '91350100M000100Y43'],
    [' 91350100m000100y43 ', '91350100M000100Y43'],
    ['Ｍ０００１００Ｙ－４', 'M000100Y4'],
    ['M000100Y-4', 'M000100Y4'],
    ['130503670401001', '130503196704010016'],
    ['11010519491231002x', '11010519491231002X'],
  ])('%s is %s', (written, key) => expect(comparableKey(written)).toBe(key));

  test.each([[''], ['  '], ['-'], ['9'.repeat(80)]])('%j is no key', (written) => {
    expect(comparableKey(written)).toBeUndefined();
  });
});

describe('a masked key', () => {
  const id = '11010519491231002X';
  test.each([
    ['110105********002X', true],
    ['110105***002X', true],
    ['******************', true],
    ['110105********0021', false],
    ['110105****9999002X', false],
    ['120105********002X', false],
  ])('%s', (masked, could) => expect(maskCouldBe(masked, id)).toBe(could));
});
