// What the audit log keeps of a document: no literal and no name that could hold an identifier, and still a document.
import fc from 'fast-check';
import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { looksLikeIdentifier, recordedDocument } from '../../../gateway/request/recorded-document.ts';
import { completeOrgCode } from '../../../schema/identifiers/org-code.ts';

const kept = (text: string): string => print(recordedDocument(parse(text)).document);

describe('a name', () => {
  test.each([
    ...['c91990000XX00000197', 'u_91990000xx00000197', 'c9_1_9_9_0_0_0_0_X_X_0_0_0_0_0_1_9_7'],
    ...[
      'p991259200107272988',
      'x99125920010727298X',
      'oldId991259010727298',
      'reg420200000012345',
      'tel13800000000',
    ],
    ...['orgD2143569X', 'org_d2143569x', `f${completeOrgCode('MA0ABCD1')}`],
  ])('%s could hold an identifier', (name) => {
    expect(looksLikeIdentifier(name)).toBe(true);
  });

  test.each([
    'BidOpening',
    'FirstQuery',
    'a1',
    'listing12',
    'y2026',
    'ORGANIZATION',
    'page_10_of_20',
    'EXTRA_BOX',
  ])('%s does not look like one', (name) => {
    expect(looksLikeIdentifier(name)).toBe(false);
  });

  test('any organisation code with two digits in front of its check place is found, wherever it stands and however it is written', () => {
    const places = fc.string({
      unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
      minLength: 8,
      maxLength: 8,
    });
    const around = fc.stringMatching(/^[a-z]{0,6}$/);
    fc.assert(
      fc.property(places, around, around, fc.boolean(), (first8, before, after, lower) => {
        fc.pre(/\d.*\d/.test(first8));
        const code = completeOrgCode(first8);
        expect(looksLikeIdentifier(`q${before}${lower ? code.toLowerCase() : code}${after}`)).toBe(true);
      }),
    );
  });
});

test('aliases, operations, fragments and variables are renamed alike wherever they stand', () => {
  const written = `query Q91990000XX00000197($v991259200107272988: CitizenId!, $plain: Boolean!) {
    a991259200107272988: person(citizenId: $v991259200107272988) { ...F991259200107272988 @include(if: $plain) }
  }
  fragment F991259200107272988 on Person { citizenId }`;
  const recorded = recordedDocument(parse(written));
  const text = print(recorded.document);
  expect(text).toBe(
    print(
      parse(`query redacted1($redacted2: CitizenId!, $plain: Boolean!) {
      redacted3: person(citizenId: $redacted2) { ...redacted4 @include(if: $plain) }
    }
    fragment redacted4 on Person { citizenId }`),
    ),
  );
  expect(recorded.operationName('Q91990000XX00000197')).toBe('redacted1');
});

test('two names never become one, whatever the caller calls things', () => {
  expect(
    kept('{ redacted1: viewer { consumer } a123456: viewer { consumer } b123456: viewer { purpose } }'),
  ).toBe(
    print(
      parse(
        '{ redacted1: viewer { consumer } redacted2: viewer { consumer } redacted3: viewer { purpose } }',
      ),
    ),
  );
});

test('a document without such names keeps every word, its literals emptied', () => {
  expect(kept('query Plain($n: Int = 5) { x: organization(uscc: "91990000XX00000197") { uscc } }')).toBe(
    print(parse('query Plain($n: Int = 0) { x: organization(uscc: "") { uscc } }')),
  );
});

test('documents that differ by such names alone are one document', () => {
  const asking = (code: string): string => kept(`{ c${code}: organization(uscc: "${code}") { uscc } }`);
  expect(asking('91990000XX00000197')).toBe(asking('91990000XX0000000A'));
});
