// Verdicts from plain values: the shipped rules over hand-made records.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KnownState, RecordRow } from '../../../connectors/contract.ts';
import type { Occasion } from '../../../gateway/verdict/assess-record.ts';
import { type Evidence, judge } from '../../../gateway/verdict/judge.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import type { Rulebook, SubjectRules } from '../../../policies/engine/rulebook.ts';
import type { RegionCode } from '../../../schema/identifiers/region-code.ts';
import { shippedCatalogue } from '../../policies/engine/cedar-oracle.ts';

const catalogue = shippedCatalogue();
let rulebook: Rulebook;
beforeAll(async () => {
  rulebook = (await loadPolicies('policies', catalogue)).policies!.rulebook;
});

const active: RecordRow = { status: 'ACTIVE', registrationNumber: '1', establishedOn: '2000-01-01' };
interface Known {
  readonly state?: KnownState | 'DENIED';
  readonly rows?: readonly RecordRow[];
  readonly candidates?: readonly RecordRow[];
}
type Given = Partial<Record<string, Known>>;

function occasion(asOf = '2026-11-22', place?: RegionCode): Occasion {
  return { asOf, today: '2026-11-22', place, profile: rulebook.jurisdictions.profileOf(place) };
}
function rulesOf(scene: string): SubjectRules {
  const { subjects } = rulebook.scenes.get(scene)!;
  return [...subjects.values()][0]!;
}
function verdict(scene: string, given: Given, asOf?: string, place = '420200') {
  return judged(scene, given, { asOf, place });
}
function judged(scene: string, given: Given, { asOf, place }: { asOf?: string | undefined; place?: string }) {
  const rules = rulesOf(scene);
  const evidence: Evidence[] = rules.recordTypes.map((recordType) => {
    const own = given[recordType.name];
    const usual =
      recordType.name === 'RegistryEntry'
        ? [active]
        : recordType.name === 'Officer'
          ? [{ since: '2000-01-01' }]
          : [];
    return {
      recordType,
      state: own?.state ?? 'OK',
      asOf: '2026-11-22T00:00:00Z',
      rows: own?.rows ?? usual,
      candidates: own?.candidates ?? [],
    };
  });
  const { outcome, assessments, unknown } = judge(
    rules,
    evidence,
    occasion(asOf, place as RegionCode | undefined),
  );
  return {
    outcome,
    statuses: assessments.map(({ rule, status }) => `${rule.rule} ${status}`),
    unknown: unknown.map(({ recordType }) => recordType.name),
    assessments,
  };
}
const listing = (more: RecordRow): RecordRow => ({
  caseCode: 'x',
  recordStatus: 'EFFECTIVE',
  ground: 'EVADES',
  publishedOn: '2024-11-22',
  deletedOn: null,
  extensionMonths: null,
  ...more,
});
const ban = (more: RecordRow): RecordRow => ({
  documentNumber: 'x',
  recordStatus: 'EFFECTIVE',
  from: '2025-01-01',
  to: '2026-12-31',
  ...more,
});
const sanction = (more: RecordRow): RecordRow => ({
  documentNumber: 'x',
  recordStatus: 'EFFECTIVE',
  kind: 'DEMERIT',
  effectiveOn: '2025-11-22',
  effectiveTo: null,
  decidedOn: '2025-11-20',
  ...more,
});
const supplier = (given: Given, asOf?: string) => verdict('GOVERNMENT_PROCUREMENT', given, asOf).outcome;
const official = (row: RecordRow, asOf?: string) =>
  verdict('PROMOTION', { Sanction: { rows: [row] } }, asOf).outcome;

describe('CLEAR', () => {
  test('needs every mandatory source to have answered', () => {
    expect(supplier({})).toBe('CLEAR');
    const names = rulesOf('GOVERNMENT_PROCUREMENT').recordTypes.map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      ...['CourtListing', 'Penalty', 'ProcurementBan', 'RegistryEntry', 'TaxListing', 'WageArrearsListing'],
    ]);
    for (const name of names) {
      for (const state of ['STALE', 'UNAVAILABLE', 'INVALID', 'DENIED'] as const) {
        expect([name, state, supplier({ [name]: { state, rows: [] } })]).toEqual([
          name,
          state,
          'INDETERMINATE',
        ]);
      }
    }
  });

  test('is never given by any mixture in which something is unknown', () => {
    const states = fc.constantFrom('OK', 'STALE', 'UNAVAILABLE', 'INVALID', 'DENIED' as const);
    fc.assert(
      fc.property(
        fc.record({
          CourtListing: states,
          Penalty: states,
          WageArrearsListing: states,
          ProcurementBan: states,
          RegistryEntry: states,
          TaxListing: states,
        }),
        (mixture) => {
          const given = Object.fromEntries(
            Object.entries(mixture).map(([name, state]) => [
              name,
              { state: state as KnownState, ...(state === 'OK' ? {} : { rows: [] }) },
            ]),
          );
          const allKnown = Object.values(mixture).every((state) => state === 'OK');
          expect(supplier(given)).toBe(allKnown ? 'CLEAR' : 'INDETERMINATE');
        },
      ),
    );
  });

  test('evidence that was not even handed in is unknown', () => {
    expect(judge(rulesOf('PROMOTION'), [], occasion()).outcome).toBe('INDETERMINATE');
  });
});

describe('R1, court listings', () => {
  const listed = (more: RecordRow, asOf?: string) =>
    supplier({ CourtListing: { rows: [listing(more)] } }, asOf);
  test('grounds (2) to (6) last two years: the last day counts, the day after does not', () => {
    expect(listed({}, '2024-11-21')).toBe('CLEAR');
    expect(listed({}, '2024-11-22')).toBe('BARRED');
    expect(listed({}, '2026-11-22')).toBe('BARRED');
    expect(listed({}, '2026-11-23')).toBe('CLEAR');
  });
  test('violence or several acts add months', () => {
    expect(listed({ extensionMonths: 12 }, '2027-11-22')).toBe('BARRED');
    expect(listed({ extensionMonths: 12 }, '2027-11-23')).toBe('CLEAR');
  });
  test('ground (1) has no fixed term and ends the day before its deletion', () => {
    const first = { ground: 'REFUSES_THOUGH_ABLE', publishedOn: '2018-01-01' };
    expect(listed(first)).toBe('BARRED');
    expect(listed({ ...first, deletedOn: '2026-11-22' }, '2026-11-21')).toBe('BARRED');
    expect(listed({ ...first, deletedOn: '2026-11-22' }, '2026-11-22')).toBe('CLEAR');
  });
  test('an early deletion ends a term too', () => {
    expect(listed({ deletedOn: '2025-05-01' })).toBe('CLEAR');
  });
  test('an objection suspends nothing', () => {
    expect(listed({ recordStatus: 'UNDER_OBJECTION' })).toBe('BARRED');
  });
  test('no ground, no status or an odd status is a matter for a person', () => {
    expect(listed({ ground: null })).toBe('REVIEW');
    expect(listed({ recordStatus: null })).toBe('REVIEW');
    expect(listed({ recordStatus: 'OTHER' })).toBe('REVIEW');
  });
  test('no publication date is a matter for a person', () => {
    expect(listed({ publishedOn: null })).toBe('REVIEW');
  });
  test('revoked and repaired listings count for nothing', () => {
    expect(listed({ recordStatus: 'REVOKED' })).toBe('CLEAR');
    expect(listed({ recordStatus: 'REPAIRED' })).toBe('CLEAR');
  });
});

describe('R4 and R5, bans and the tax list', () => {
  const banned = (more: RecordRow, asOf?: string) =>
    supplier({ ProcurementBan: { rows: [ban(more)] } }, asOf);
  test('a ban counts through its last day', () => {
    expect(banned({}, '2024-12-31')).toBe('CLEAR');
    expect(banned({}, '2025-01-01')).toBe('BARRED');
    expect(banned({}, '2026-12-31')).toBe('BARRED');
    expect(banned({}, '2027-01-01')).toBe('CLEAR');
  });
  test('without an end or a beginning it is a matter for a person', () => {
    expect(banned({ to: null })).toBe('REVIEW');
    expect(banned({ from: null })).toBe('REVIEW');
  });
  test('under objection the place decides: 黄石 suspends it, elsewhere it goes on and is marked', () => {
    const row = ban({ recordStatus: 'UNDER_OBJECTION' });
    const at = (place?: string) =>
      verdict('GOVERNMENT_PROCUREMENT', { ProcurementBan: { rows: [row] } }, undefined, place);
    const huangshi = at('420200');
    expect([huangshi.outcome, huangshi.statuses]).toEqual(['REVIEW', ['R4 SUSPENDED']]);
    expect(huangshi.assessments[0]!.otherBasis).toEqual(['黄信用办〔2017〕25号 四（九）']);
    expect(at('420281').outcome).toBe('REVIEW');
    for (const place of ['370200', '410300', '350502', '130126', '110000']) {
      expect([place, at(place).outcome, at(place).assessments[0]!.underObjection]).toEqual([
        place,
        'BARRED',
        true,
      ]);
    }
  });
  test('under objection, where nobody said which place counts, it is a matter for a person', () => {
    const rows = [ban({ recordStatus: 'UNDER_OBJECTION' })];
    const { outcome, statuses } = judged('GOVERNMENT_PROCUREMENT', { ProcurementBan: { rows } }, {});
    expect([outcome, statuses]).toEqual(['REVIEW', ['R4 UNPLACED']]);
  });
  test('after five years 山东 and 河南 know no effect where the nation still does: both are cited', () => {
    const rows = [
      { documentNumber: 'x', recordStatus: 'EFFECTIVE', listedOn: '2021-11-21', removedOn: null },
    ];
    const at = (place: string, asOf: string) =>
      verdict('GOVERNMENT_PROCUREMENT', { TaxListing: { rows } }, asOf, place);
    expect(at('370202', '2026-11-21').outcome).toBe('BARRED');
    expect(at('370202', '2026-11-22').outcome).toBe('REVIEW');
    expect(at('410300', '2026-11-22').assessments[0]!.otherBasis).toEqual(['河南省社会信用条例']);
    expect(at('420200', '2026-11-22').outcome).toBe('BARRED');
  });
  test('a tax listing bars until it is removed', () => {
    const listed = {
      documentNumber: 'x',
      recordStatus: 'EFFECTIVE',
      listedOn: '2020-01-01',
      removedOn: null,
    };
    expect(supplier({ TaxListing: { rows: [listed] } })).toBe('BARRED');
    expect(supplier({ TaxListing: { rows: [{ ...listed, removedOn: '2026-11-22' }] } })).toBe('CLEAR');
  });
  describe("a record that may be another's", () => {
    const given = (rows: readonly RecordRow[], candidates: readonly RecordRow[]) =>
      verdict('GOVERNMENT_PROCUREMENT', { ProcurementBan: { rows, candidates } });
    const elapsed = ban({ from: '2020-01-01', to: '2021-01-01' });
    test('bars nobody and clears nobody: a person looks at it', () => {
      const { outcome, statuses, assessments } = given([], [ban({})]);
      expect([outcome, statuses]).toEqual(['REVIEW', ['R4 CANDIDATE']]);
      expect(assessments[0]!.effect).toBe('REVIEW');
    });
    test('is nothing to look at once it has no effect', () => {
      expect(given([], [elapsed])).toMatchObject({ outcome: 'CLEAR', statuses: [] });
    });
    test('takes nothing from what is certain', () => {
      const { outcome, statuses } = given([ban({})], [ban({ documentNumber: 'y' })]);
      expect([outcome, statuses]).toEqual(['BARRED', ['R4 IN_FORCE', 'R4 CANDIDATE']]);
    });
    test('lengthens nothing that is certain, and says what it might', () => {
      const sanction = (effectiveOn: string, actNumber: string): RecordRow => ({
        ...{ kind: 'WARNING', series: 'ADMINISTRATIVE', recordStatus: 'EFFECTIVE', actNumber },
        ...{ documentNumber: actNumber, decidedOn: effectiveOn, effectiveOn, effectiveTo: null },
      });
      const judgedBy = (rows: readonly RecordRow[], candidates: readonly RecordRow[]) =>
        verdict('PROMOTION', { Sanction: { rows, candidates } });
      const [first, second] = [sanction('2026-03-22', '1'), sanction('2026-04-22', '2')];
      expect(judgedBy([first, second], []).outcome).toBe('BARRED');
      expect(judgedBy([second], [first])).toMatchObject({
        outcome: 'REVIEW',
        statuses: ['R13 CANDIDATE', 'R13 EXPIRED'],
      });
    });
    test('does not stand for one that must exist', () => {
      expect(
        verdict('GOVERNMENT_PROCUREMENT', { RegistryEntry: { rows: [], candidates: [active] } }).outcome,
      ).toBe('REVIEW');
    });
  });
  test('a bar outranks an unknown source, which stays named', () => {
    const { outcome, unknown } = verdict('GOVERNMENT_PROCUREMENT', {
      ProcurementBan: { rows: [ban({})] },
      CourtListing: { state: 'UNAVAILABLE' },
    });
    expect([outcome, unknown]).toEqual(['BARRED', ['CourtListing']]);
  });
  test('a matter for a person does not outrank an unknown source', () => {
    expect(
      supplier({ ProcurementBan: { rows: [ban({ to: null })] }, CourtListing: { state: 'UNAVAILABLE' } }),
    ).toBe('INDETERMINATE');
  });
  test('who is not registered, or no longer active, is a matter for a person', () => {
    expect(supplier({ RegistryEntry: { rows: [] } })).toBe('REVIEW');
    expect(supplier({ RegistryEntry: { rows: [{ ...active, status: 'DEREGISTERED' }] } })).toBe('REVIEW');
    expect(supplier({ RegistryEntry: { rows: [{ ...active, status: null }] } })).toBe('REVIEW');
  });
});

describe('R13, sanctions before promotion', () => {
  test.each([
    ['WARNING', 6],
    ['DEMERIT', 12],
    ['MAJOR_DEMERIT', 18],
    ['DEMOTION', 24],
    ['REMOVAL', 24],
  ])('%s bars for %i months from the day it takes effect', (kind, months) => {
    const row = sanction({ kind, effectiveOn: '2024-11-22' });
    const last = new Date(Date.UTC(2024, 10 + months, 22)).toISOString().slice(0, 10);
    const after = new Date(Date.UTC(2024, 10 + months, 23)).toISOString().slice(0, 10);
    expect([
      official(row, '2024-11-21'),
      official(row, '2024-11-22'),
      official(row, last),
      official(row, after),
    ]).toEqual(['CLEAR', 'BARRED', 'BARRED', 'CLEAR']);
  });
  test('an unknown effective date is a matter for a person', () => {
    expect(official(sanction({ effectiveOn: null }))).toBe('REVIEW');
  });
  test('a later end that the authority recorded holds', () => {
    expect(official(sanction({ effectiveTo: '2027-05-01' }), '2027-05-01')).toBe('BARRED');
    expect(official(sanction({ effectiveTo: '2026-01-01' }))).toBe('BARRED');
  });
  test('a dismissal has no end; a sanction of no known kind needs a person', () => {
    expect(official(sanction({ kind: 'DISMISSAL', effectiveOn: '2010-01-01' }))).toBe('BARRED');
    expect(official(sanction({ kind: null }))).toBe('REVIEW');
  });
  test('who is on no file is a matter for a person', () => {
    expect(verdict('PROMOTION', { Officer: { rows: [] } }).outcome).toBe('REVIEW');
  });
});

test('a rule is law only on the days it is valid', () => {
  const early = verdict(
    'GOVERNMENT_PROCUREMENT',
    { CourtListing: { rows: [listing({ publishedOn: '2017-01-01' })] } },
    '2017-04-30',
  );
  expect(early.statuses).toEqual([]);
  const later = verdict(
    'GOVERNMENT_PROCUREMENT',
    { CourtListing: { rows: [listing({ publishedOn: '2017-01-01' })] } },
    '2017-05-01',
  );
  expect(later.statuses).toEqual(['R1 IN_FORCE']);
});
