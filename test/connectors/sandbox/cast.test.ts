import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  agentEntriesOf,
  agentMisconductOf,
  expertMisconductOf,
  pointsOf,
} from '../../../connectors/sandbox/generator/bidding-records.ts';
import { castTables } from '../../../connectors/sandbox/generator/cast-table.ts';
import { cast, castMember } from '../../../connectors/sandbox/generator/cast.ts';
import {
  organisationListings,
  personListings,
} from '../../../connectors/sandbox/generator/court-listings.ts';
import { addDays, addMonths } from '../../../connectors/sandbox/generator/dates.ts';
import { financeRowsOf } from '../../../connectors/sandbox/generator/finance-records.ts';
import { HR_COLUMNS, hrRowsOf } from '../../../connectors/sandbox/generator/hr-records.ts';
import { organisationAt } from '../../../connectors/sandbox/generator/organisation.ts';
import { personAt } from '../../../connectors/sandbox/generator/person.ts';
import {
  bansOf,
  contractsOf,
  misconductOf,
} from '../../../connectors/sandbox/generator/procurement-records.ts';
import type { World } from '../../../connectors/sandbox/generator/world.ts';

// A leap day, a month's end and a year's end: "yesterday" and "two years ago" must hold on any of them.
describe.each(['2026-11-22', '2028-02-29', '2027-01-01', '2026-08-31'])('on %s', (today) => {
  const world: World = { seed: 1, organisations: 2_000, persons: 100, today };
  const at = (key: string): number => castMember(key).index;
  const listing = (key: string) => organisationListings(world, at(key));
  const bans = (key: string) => bansOf(world, at(key));
  const sanctions = (key: string) =>
    hrRowsOf(world, 'sanction', at(key)).map((row) =>
      Object.fromEntries(HR_COLUMNS.sanction.map((column, place) => [column, row[place]])),
    );

  test('a member holds its own state and nothing else', () => {
    const holds = (index: number): string[] => [
      ...organisationListings(world, index).map(() => 'listing'),
      ...bansOf(world, index).map(() => 'ban'),
      ...misconductOf(world, index).map(() => 'misconduct'),
      ...financeRowsOf(world, 'tax-listings', index).map(() => 'tax'),
      ...financeRowsOf(world, 'arrears', index).map(() => 'arrear'),
    ];
    const found = cast
      .filter(({ kind }) => kind === 'organisation')
      .map(({ key, index }) => [key, holds(index)] as const)
      .filter(([, kinds]) => kinds.length > 0);
    expect(Object.fromEntries(found)).toEqual({
      'listed-firm': ['listing'],
      'listed-expired': ['listing'],
      'listed-extended': ['listing'],
      'listed-deleted': ['listing'],
      'banned-firm': ['ban'],
      'ban-ended-yesterday': ['ban'],
      'ban-no-end': ['ban'],
      'ban-objection': ['ban'],
      'ban-repaired': ['ban'],
      'same-name-b': ['ban'],
      'tax-listed': ['tax'],
      'legacy-code': ['listing', 'ban'],
      'arrears-government': Array.from({ length: 6 }, () => 'arrear'),
      'control-firm': ['listing', 'ban', 'misconduct'],
    });
  });

  test('listings are dated from today', () => {
    expect(listing('listed-firm')[0]).toMatchObject({ exitDate: null, caseState: '正常' });
    expect(addMonths(listing('listed-expired')[0]!.publishDate, 24) < today).toBe(true);
    const extended = listing('listed-extended')[0]!;
    expect(extended.extendMonths).toBe(12);
    expect(addMonths(extended.publishDate, 24) < today).toBe(true);
    expect(addMonths(extended.publishDate, 36) > today).toBe(true);
    expect(listing('listed-deleted')[0]!.exitDate! < today).toBe(true);
  });

  test('bans are dated from today', () => {
    expect(bans('ban-ended-yesterday')[0]!.endDate).toBe(addDays(today, -1));
    expect(bans('ban-no-end')[0]!.endDate).toBeNull();
    for (const key of ['banned-firm', 'ban-objection', 'ban-repaired', 'same-name-b', 'legacy-code']) {
      const ban = bans(key)[0]!;
      expect([key, ban.startDate! < today, ban.endDate! > today]).toEqual([key, true, true]);
    }
    expect(bans('ban-objection')[0]!.state).toBe('OBJECTION');
    expect(bans('ban-repaired')[0]!.state).toBe('REPAIRED');
  });

  test('the legacy firm is known to court and procurement by its organisation code alone', () => {
    const { orgCode } = organisationAt(1, at('legacy-code'));
    expect(listing('legacy-code')[0]!.cardNum).toBe(`${orgCode.slice(0, 8)}-${orgCode.slice(8)}`);
    expect(bans('legacy-code')[0]!.subjectCode).toBe(orgCode);
  });

  test('points, agents and experts are dated from today', () => {
    const sum = (key: string): number =>
      pointsOf(world, at(key)).reduce((points, one) => points + Number(one['points']), 0);
    expect([sum('points-over'), sum('points-under'), sum('clean-firm')]).toEqual([12, 8, 0]);
    expect(new Set(pointsOf(world, at('points-over')).map((one) => one['cycle'])).size).toBe(1);
    const [ban] = agentMisconductOf(world, at('agent-banned'));
    expect(String(ban!['validFrom']) < today && String(ban!['validUntil']) > today).toBe(true);
    expect(agentMisconductOf(world, at('agent-recorded'))).toMatchObject([{ measure: '记录' }]);
    expect(expertMisconductOf(world, at('expert-banned'))).toMatchObject([{ validUntil: null }]);
    const [record] = expertMisconductOf(world, at('expert-recorded'));
    expect(addMonths(String(record!['decidedOn']), 36) < today).toBe(true);
    for (const key of ['agent-clean', 'agent-banned', 'agent-recorded'])
      expect(agentEntriesOf(world, at(key))).toHaveLength(1);
  });

  test('registry states', () => {
    expect(organisationAt(1, at('deregistered-firm')).status).toBe('DEREGISTERED');
    expect(organisationAt(1, at('unregistered-firm')).registered).toBe(false);
    expect(organisationAt(1, at('same-name-a')).name).toBe(organisationAt(1, at('same-name-b')).name);
    expect(organisationAt(1, at('committee')).bodyClass).toBe('COMMITTEE');
    expect(contractsOf(world, at('many-contracts'))).toHaveLength(120);
    expect(financeRowsOf(world, 'debt', at('arrears-government')).at(-1)).toMatchObject({ 风险等级: '红' });
  });

  test('sanctions are dated from today', () => {
    expect(sanctions('clean-official')).toEqual([]);
    expect(sanctions('warned-in-force')).toMatchObject([
      { kind: '警告', effective_on: addMonths(today, -2) },
    ]);
    expect(sanctions('warned-in-force')[0]!['effective_to']! > today).toBe(true);
    expect(sanctions('warned-expired')[0]!['effective_to']! < today).toBe(true);
    expect(sanctions('demerit-in-force')[0]!['effective_to']! > today).toBe(true);
    expect(sanctions('demerit-undated')).toMatchObject([
      { kind: '记过', effective_on: null, effective_to: null },
    ]);
    expect(sanctions('sanction-objection')).toMatchObject([{ zt: '2' }]);
    expect(sanctions('sanction-repaired')).toMatchObject([{ zt: '4' }]);
    const [first, second] = sanctions('double-sanction');
    expect([first!['series'], second!['series']]).toEqual(['处分', '政务处分']);
    expect(first!['act_no']).toBe(second!['act_no']);
    expect(personAt(1, at('same-name-1')).name).toBe(personAt(1, at('same-name-2')).name);
    expect(personListings(world, at('listed-person'))).toHaveLength(1);
    expect(hrRowsOf(world, 'officer', at('not-an-official'))).toEqual([]);
    expect(hrRowsOf(world, 'post', at('not-an-official'))).toEqual([]);
  });
});

test('keys and identifiers are unique', () => {
  for (const part of ['key', 'id'] as const) {
    expect(new Set(cast.map((member) => member[part])).size).toBe(cast.length);
  }
});

// UPDATE_DOCS=1 writes the tables instead of comparing them.
test('docs/sandbox.md shows the cast as it is', () => {
  const page = readFileSync('docs/sandbox.md', 'utf8');
  const marked = /(?<=<!-- cast -->\n\n)[\s\S]*?(?=\n\n<!-- \/cast -->)/;
  expect(page).toMatch(marked);
  const current = page.replace(marked, () => castTables());
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync('docs/sandbox.md', current);
  else expect(page).toBe(current);
});
