import { describe, expect, test } from 'vitest';
import { type Remedied, replayDifferences } from '../../../gateway/reports/replay-differences.ts';
import type { AnsweredVerdict, Asked } from '../../../gateway/reports/verdict-question.ts';
import { content, finding } from './fixtures.ts';

const versions = { policyVersion: 'p1', rulesVersion: 'r1' };
const evidence = (state: string) => [{ source: 'court', recordType: 'CourtListing', state, asOf: null }];
const rules = [{ id: 'R1', title: 'Listed.', basis: '法释', certainty: 'V' }];

function now(verdict: AnsweredVerdict): Asked {
  const answered = { outcome: 'BARRED', evidence: evidence('OK'), reasons: [], rules, ...verdict };
  return {
    query: { text: '', document: { kind: 'Document', definitions: [] } as never },
    members: [
      { index: 0, subject: '91990000XX00000197', outcome: 'BARRED', verdict: answered, sections: {} },
      { index: 1, code: 'IDENTIFIER_INVALID', message: '' },
    ],
    outcome: 'BARRED',
    errors: [],
    withheld: [],
    intent: { seq: 1, hash: '' },
  };
}
const never = (): boolean => false;
const kinds = (verdict: AnsweredVerdict, said = versions, remedied: Remedied = never) =>
  replayDifferences(content, now(verdict), remedied, said).map(({ kind, index }) => [kind, index]);

test('the same answer has no difference, whatever the order of its members', () => {
  const reversed = Object.fromEntries(Object.entries(finding).reverse());
  expect(kinds({ findings: [reversed] })).toEqual([]);
});

test('a report of before mitigations were told differs in nothing where there is none', () => {
  expect(kinds({ findings: [{ ...finding, mitigated: false }] })).toEqual([]);
});

test('new versions are named for all, even where nothing else differs', () => {
  expect(kinds({ findings: [finding] }, { policyVersion: 'p2', rulesVersion: 'r2' })).toEqual([
    ['RULES', null],
    ['POLICIES', null],
  ]);
});

describe('a finding', () => {
  test('of a record that is gone, new or changed', () => {
    expect(kinds({ findings: [] })).toEqual([['RECORDS', 0]]);
    expect(kinds({ findings: [finding, { ...finding, record: '（2026）鲁9901执11号' }] })).toEqual([
      ['RECORDS', 0],
    ]);
    expect(kinds({ findings: [{ ...finding, until: '2026-01-01', status: 'EXPIRED' }] })).toEqual([
      ['RECORDS', 0],
    ]);
  });

  test('that an objection marks or suspends', () => {
    expect(kinds({ findings: [{ ...finding, underObjection: true }] })).toEqual([['REMEDIES', 0]]);
    expect(kinds({ findings: [{ ...finding, status: 'SUSPENDED' }] })).toEqual([['REMEDIES', 0]]);
    expect(kinds({ findings: [{ ...finding, mitigated: true }] })).toEqual([['REMEDIES', 0]]);
  });

  test('of a record that a remedy put out of use, and of no other record', () => {
    const repaired: Remedied = (index, ...record) =>
      index === 0 && record.join() === ['court', 'CourtListing', finding.record].join();
    const other: Remedied = (index, source, type, record) => !repaired(index, source, type, record);
    expect(kinds({ findings: [] }, versions, repaired)).toEqual([['REMEDIES', 0]]);
    expect(kinds({ findings: [] }, versions, other)).toEqual([['RECORDS', 0]]);
  });

  test('of a rule that reads otherwise, or is new', () => {
    expect(kinds({ findings: [{ ...finding, basis: '新法' }] })).toEqual([['RULES', 0]]);
    expect(kinds({ findings: [finding, { ...finding, rule: 'R99' }] })).toEqual([['RULES', 0]]);
    expect(kinds({ findings: [], rules: [] })).toEqual([['RULES', 0]]);
  });

  test('that is missing because its source does not answer has not gone', () => {
    expect(kinds({ findings: [], evidence: evidence('UNAVAILABLE') })).toEqual([
      ['SOURCES', 0],
      ['SOURCES', 0],
    ]);
  });

  test('that is one of two alike', () => {
    expect(kinds({ findings: [finding, finding] })).toEqual([['RECORDS', 0]]);
  });
});

test('what differs is said before and after', () => {
  const [difference] = replayDifferences(
    content,
    now({ findings: [{ ...finding, status: 'SUSPENDED' }] }),
    never,
    versions,
  );
  expect(difference).toMatchObject({
    rule: 'R1',
    source: 'court',
    before: 'R1 IN_FORCE （2025）鲁9901执10号 2025-09-22..',
    after: 'R1 SUSPENDED （2025）鲁9901执10号 2025-09-22..',
  });
});
