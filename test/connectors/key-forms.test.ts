import { describe, expect, test } from 'vitest';
import { comparableKey, keyForms, readKey, readKeys } from '../../connectors/key-forms.ts';
import { maskCouldBe } from '../../connectors/masked-key.ts';

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
    ["'91350100M000100Y43", '91350100M000100Y43'],
    ['＇91350100M000100Y43', '91350100M000100Y43'],
    ['="91350100M000100Y43"', '91350100M000100Y43'],
    ['\t91350100M000100Y43\u00A0', '91350100M000100Y43'],
    ['9135\u200B0100M000100Y43\r\n', '91350100M000100Y43'],
    ['9135-0100-M000100Y4-3', '91350100M000100Y43'],
    ['M000100Y\u20104', 'M000100Y4'],
    ['统一社会信用代码：91350100M000100Y43', '91350100M000100Y43'],
    ['统一社会信用代码 91350100M000100Y43', '91350100M000100Y43'],
    ['组织机构代码:M000100Y-4', 'M000100Y4'],
    ['USCC: 91350100M000100Y43', '91350100M000100Y43'],
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
    ['110105…002X', true],
    ['110105…0021', false],
    ['110105**…*2X', true],
    ['110105****9999002X', false],
    ['120105********002X', false],
  ])('%s', (masked, could) => expect(maskCouldBe(masked, id)).toBe(could));
});

describe('what a written key is', () => {
  const organisation = [keyForms.get('uscc')!, keyForms.get('org-code')!];
  const person = [keyForms.get('citizen-id')!];
  test.each([
    ['91350100M000100Y43', { kind: 'key', key: '91350100M000100Y43' }],
    ['114202000000004490', { kind: 'key', key: '114202000000004490' }],
    ['M000100Y-4', { kind: 'key', key: 'M000100Y4' }],
    [null, { kind: 'unusable', fault: 'EMPTY' }],
    ['  ', { kind: 'unusable', fault: 'EMPTY' }],
    ['91350100M000100Y44', { kind: 'unusable', fault: 'CHECK_DIGIT', key: '91350100M000100Y44' }],
    ['91350100M000100Y4', { kind: 'unusable', fault: 'LENGTH', key: '91350100M000100Y4' }],
    ['100Y4', { kind: 'unusable', fault: 'OTHER', key: '100Y4' }],
    [1234567, { kind: 'unusable', fault: 'EATEN_ZEROS', key: '1234567' }],
    ['9.1350100E+17', { kind: 'unusable', fault: 'EXPONENT', key: '9.1350100E+17' }],
    ['114202000000005000', { kind: 'unusable', fault: 'ROUNDED', key: '114202000000005000' }],
    ['114202000000004480', { kind: 'unusable', fault: 'ROUNDED', key: '114202000000004480' }],
    ['114202000000004490.00', { kind: 'unusable', fault: 'ROUNDED', key: '114202000000004490.00' }],
    ['91350100M000100Y43、M000100Y4', { kind: 'unusable', fault: 'SEVERAL' }],
    ['91350100M000100Y43114202000000004490', { kind: 'unusable', fault: 'SEVERAL' }],
    ['某某有限公司', { kind: 'unusable' }],
    [{ code: '91350100M000100Y43' }, { kind: 'unusable', fault: 'OTHER' }],
    ["'".repeat(30_000), { kind: 'unusable', fault: 'OTHER' }],
    [' '.repeat(30_000), { kind: 'unusable', fault: 'EMPTY' }],
    ['无', { kind: 'unusable', fault: 'EMPTY' }],
    ['NULL', { kind: 'unusable', fault: 'EMPTY' }],
    ['/', { kind: 'unusable', fault: 'EMPTY' }],
    ['9135**********0Y43', { kind: 'masked', key: '9135**********0Y43' }],
    ['9135××××××××××0Y43', { kind: 'masked', key: '9135**********0Y43' }],
    ['9135●●●●●●●●●●0Y43', { kind: 'masked', key: '9135**********0Y43' }],
    ['******************', { kind: 'unusable', fault: 'MASKED' }],
  ])('of an organisation: %j', (written, reading) =>
    expect(readKey(written, organisation)).toMatchObject(reading),
  );

  test.each([
    ['11010519491231002x', { kind: 'key', key: '11010519491231002X' }],
    ['440524188001010014', { kind: 'key', key: '440524188001010014' }],
    ['130503670401001', { kind: 'key', key: '130503196704010016' }],
    ['110105194912310021', { kind: 'unusable', fault: 'CHECK_DIGIT' }],
    ['11010519491331002X', { kind: 'unusable', fault: 'DATE' }],
    ['1101051949123107', { kind: 'unusable', fault: 'LENGTH' }],
    ['110105XXXXXXXX002X', { kind: 'masked', key: '110105********002X' }],
    ['110105xxxxxxxx002x', { kind: 'masked', key: '110105********002X' }],
    ['110105…002X', { kind: 'masked', key: '110105…002X' }],
    ['110105......002X', { kind: 'masked', key: '110105…002X' }],
  ])('of a person: %j', (written, reading) => expect(readKey(written, person)).toMatchObject(reading));

  test('several keys in one cell are each a key where the manifest says what parts them', () => {
    const writing = { forms: organisation, separators: ['、', ';'] };
    expect(readKeys('91350100M000100Y43、M000100Y4;  ', writing)).toEqual([
      { kind: 'key', key: '91350100M000100Y43' },
      { kind: 'key', key: 'M000100Y4' },
    ]);
    expect(readKeys(' 、 ', writing)).toEqual([{ kind: 'unusable', fault: 'EMPTY' }]);
  });
});
