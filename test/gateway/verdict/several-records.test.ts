// What records mean together, on rules made for the purpose.
import { describe, expect, test } from 'vitest';
import type { RecordRow } from '../../../connectors/contract.ts';
import type { Assessment } from '../../../gateway/verdict/assess-record.ts';
import { weighTogether } from '../../../gateway/verdict/several-records.ts';
import type { Rule } from '../../../policies/engine/rule.ts';

const rule = (id: string, more: Partial<Rule> = {}): Rule =>
  ({ id, basis: `basis of ${id}`, effect: 'BAR', agreesWith: [], replaces: [], ...more }) as Rule;
const found = (of: Rule, row: RecordRow, more: Partial<Assessment> = {}): Assessment => ({
  rule: of,
  effect: of.effect,
  status: 'IN_FORCE',
  row,
  from: '2026-01-01',
  until: '2026-12-31',
  underObjection: false,
  mitigated: false,
  otherBasis: [],
  ...more,
});

describe('an act recorded twice', () => {
  const one = rule('one', { actField: 'act' });
  const two = rule('two', { actField: 'act' });
  test('counts once, and the stricter record stands', () => {
    const kept = weighTogether(
      [
        found(one, { act: 'A-1' }, { status: 'EXPIRED', until: '2026-02-01' }),
        found(two, { act: 'A-1' }),
        found(one, { act: 'A-2' }, { until: '2026-03-01' }),
      ],
      [one, two],
      '2026-11-22',
    );
    expect(kept.map(({ rule: { id }, row }) => `${id} ${String(row!['act'])}`).sort()).toEqual([
      'one A-2',
      'two A-1',
    ]);
  });
  test('what was recognised of it stays with the record that stands', () => {
    const kept = weighTogether(
      [
        found(one, { act: 'A-1' }, { status: 'EXPIRED', until: '2026-02-01', mitigated: true }),
        found(two, { act: 'A-1' }),
      ],
      [one, two],
      '2026-11-22',
    );
    expect(kept.map(({ rule: { id }, mitigated }) => [id, mitigated])).toEqual([['two', true]]);
  });
  test('two acts without a number stay two', () => {
    const kept = weighTogether([found(one, {}), found(one, { act: '' })], [one], '2026-11-22');
    expect(kept).toHaveLength(2);
  });
});

describe('overlapping effects of one kind', () => {
  const demerit = rule('demerit', { combined: { months: 48 } });
  const period = (from: string, until: string, status: Assessment['status'] = 'IN_FORCE'): Assessment =>
    found(demerit, {}, { from, until, status });
  const ends = (rows: readonly Assessment[], asOf: string): string[] =>
    weighTogether(rows, [demerit], asOf).map(({ until, status }) => `${until} ${status}`);
  test('the days left of the earlier one are added to the later one', () => {
    // 2026-01-01 to 2026-03-02 are 60 days left of the first when the second begins.
    expect(
      ends([period('2025-03-02', '2026-03-02', 'EXPIRED'), period('2026-01-01', '2027-01-01')], '2026-11-22'),
    ).toEqual(['2026-03-02 EXPIRED', '2027-03-02 IN_FORCE']);
  });
  test('what would be over by itself is in force as long as the sum runs', () => {
    expect(
      ends(
        [period('2025-03-02', '2026-03-02', 'EXPIRED'), period('2026-01-01', '2026-11-20', 'EXPIRED')],
        '2026-11-22',
      ),
    ).toEqual(['2026-03-02 EXPIRED', '2027-01-19 IN_FORCE']);
  });
  test('the sum is at most forty-eight months from the later one', () => {
    expect(
      ends([period('2026-01-01', '2029-12-31'), period('2026-01-02', '2029-12-31')], '2026-11-22')[1],
    ).toBe('2030-01-02 IN_FORCE');
  });
  test('effects that do not touch stay as they are', () => {
    expect(
      ends(
        [period('2024-01-01', '2024-12-31', 'EXPIRED'), period('2025-01-01', '2025-12-31', 'EXPIRED')],
        '2026-11-22',
      ),
    ).toEqual(['2024-12-31 EXPIRED', '2025-12-31 EXPIRED']);
  });
});

describe('texts that disagree about a record', () => {
  const large = rule('large');
  const small = rule('small', { agreesWith: ['large'] });
  const row: RecordRow = { amount: '50000.00' };
  test('make a matter for a person, citing both', () => {
    const [only] = weighTogether([found(small, row)], [large, small], '2026-11-22');
    expect([only!.effect, only!.otherBasis]).toEqual(['REVIEW', ['basis of large']]);
  });
  test('agree where both meet the record, and not where the other meets another record', () => {
    const both = weighTogether([found(small, row), found(large, row)], [large, small], '2026-11-22');
    expect(both.map(({ effect }) => effect)).toEqual(['BAR', 'BAR']);
    const apart = weighTogether([found(small, row), found(large, {})], [large, small], '2026-11-22');
    expect(apart.map(({ effect }) => effect)).toEqual(['REVIEW', 'BAR']);
  });
});
