import fc from 'fast-check';
import {
  agentEntriesOf,
  agentMisconductOf,
  expertEntriesOf,
  expertMisconductOf,
  pointsOf,
} from '../../../connectors/sandbox/generator/bidding-records.ts';
import { describe, expect, test } from 'vitest';
import { BODY_CLASSES } from '../../../connectors/sandbox/generator/body-class.ts';
import {
  organisationListings,
  personListings,
} from '../../../connectors/sandbox/generator/court-listings.ts';
import { addDays, addMonths } from '../../../connectors/sandbox/generator/dates.ts';
import { financeRowsOf } from '../../../connectors/sandbox/generator/finance-records.ts';
import { hrRowsOf } from '../../../connectors/sandbox/generator/hr-records.ts';
import { investmentRowsOf } from '../../../connectors/sandbox/generator/investment-records.ts';
import { citizenIdAt, personIndexIn } from '../../../connectors/sandbox/generator/identifiers.ts';
import {
  classAt,
  indexOfOrgCode,
  indexOfUscc,
  organisationAt,
  usccOfIndex,
} from '../../../connectors/sandbox/generator/organisation.ts';
import { indexOfPerson, personAt } from '../../../connectors/sandbox/generator/person.ts';
import {
  bansOf,
  contractsOf,
  misconductOf,
} from '../../../connectors/sandbox/generator/procurement-records.ts';
import {
  PUBLICITY_COLUMNS,
  publicityRowsOf,
} from '../../../connectors/sandbox/generator/publicity-records.ts';
import { MOST_ORGANISATIONS, MOST_PERSONS, type World } from '../../../connectors/sandbox/generator/world.ts';
import { readOptions } from '../../../connectors/sandbox/options.ts';
import { parseCitizenId } from '../../../schema/identifiers/citizen-id.ts';
import { parseOrgCode } from '../../../schema/identifiers/org-code.ts';
import { parseUscc } from '../../../schema/identifiers/uscc.ts';

const WORLD: World = {
  seed: 1,
  organisations: MOST_ORGANISATIONS,
  persons: MOST_PERSONS,
  today: '2026-11-22',
};
const anOrganisation = fc.nat(MOST_ORGANISATIONS - 1);
const aPerson = fc.nat(MOST_PERSONS - 1);

describe('identifiers', () => {
  test('every organisation has a valid USCC and organisation code that lead back to it', () => {
    fc.assert(
      fc.property(anOrganisation, (index) => {
        const { uscc, orgCode } = organisationAt(1, index);
        expect(parseUscc(uscc)).toEqual({ ok: true, value: uscc, warnings: [] });
        expect(parseOrgCode(orgCode)).toEqual({ ok: true, value: orgCode });
        expect(indexOfUscc(WORLD, uscc)).toBe(index);
        expect(indexOfOrgCode(WORLD, orgCode)).toBe(index);
        expect(indexOfOrgCode(WORLD, `${orgCode.slice(0, 8)}-${orgCode.slice(8)}`)).toBe(index);
        expect(uscc.slice(2, 8)).toBe('990000');
      }),
    );
  });

  test('every person has a valid citizen id with a real birth date that leads back to it', () => {
    fc.assert(
      fc.property(aPerson, (index) => {
        const id = citizenIdAt(index);
        expect(parseCitizenId(id)).toEqual({ ok: true, value: id });
        expect(id.startsWith('99')).toBe(true);
        expect(personIndexIn(id)).toBe(index);
        expect(indexOfPerson(WORLD, id)).toBe(index);
      }),
    );
  });

  test('codes of nobody lead nowhere', () => {
    const small: World = { ...WORLD, organisations: 200, persons: 100 };
    expect(indexOfUscc(small, usccOfIndex(199))).toBe(199);
    expect(indexOfUscc(small, usccOfIndex(200))).toBeUndefined();
    expect(indexOfPerson(small, citizenIdAt(100))).toBeUndefined();
    for (const code of ['91350100M000100Y43', '', 'XX000001', '11010519491231002X']) {
      expect(indexOfUscc(small, code)).toBeUndefined();
      expect(indexOfOrgCode(small, code)).toBeUndefined();
      expect(indexOfPerson(small, code)).toBeUndefined();
    }
  });

  test('an identifier means the same subject whatever the seed', () => {
    fc.assert(
      fc.property(anOrganisation, fc.nat(), (index, seed) => {
        expect(organisationAt(seed, index).uscc).toBe(organisationAt(1, index).uscc);
        expect(personAt(seed, index).citizenId).toBe(personAt(1, index).citizenId);
      }),
    );
  });
});

describe('determinism', () => {
  const everything = (world: World, index: number): unknown => [
    organisationAt(world.seed, index),
    personAt(world.seed, index),
    organisationListings(world, index),
    personListings(world, index),
    bansOf(world, index),
    misconductOf(world, index),
    pointsOf(world, index),
    agentEntriesOf(world, index),
    agentMisconductOf(world, index),
    expertEntriesOf(world, index),
    expertMisconductOf(world, index),
    contractsOf(world, index),
    (['debt', 'arrears', 'subsidies', 'tax-listings'] as const).map((file) =>
      financeRowsOf(world, file, index),
    ),
    (['projects', 'responsibilities', 'breaches', 'commitments'] as const).map((file) =>
      investmentRowsOf(world, file, index),
    ),
    (['officer', 'post', 'integrity_record', 'sanction'] as const).map((table) =>
      hrRowsOf(world, table, index),
    ),
  ];

  test('a subject comes out the same whenever and in whatever order it is made', () => {
    fc.assert(
      fc.property(fc.array(anOrganisation, { minLength: 2, maxLength: 6 }), fc.nat(), (indices, seed) => {
        const world = { ...WORLD, seed };
        const forwards = indices.map((index) => everything(world, index));
        const backwards = indices.toReversed().map((index) => everything(world, index));
        expect(backwards.toReversed()).toEqual(forwards);
      }),
    );
  });

  test('another seed gives other data', () => {
    const names = (seed: number): string[] =>
      Array.from({ length: 50 }, (_, at) => organisationAt(seed, 1_000 + at).legalRepresentative);
    expect(names(1)).not.toEqual(names(2));
  });

  test('no date of the past lies in the future', () => {
    for (let index = 0; index < 4_000; index += 1) {
      for (const item of organisationListings(WORLD, index))
        expect(item.publishDate <= WORLD.today).toBe(true);
      for (const item of contractsOf(WORLD, index)) {
        expect(item.signedAt <= WORLD.today).toBe(true);
        expect((item.paidAt ?? '') <= WORLD.today).toBe(true);
      }
    }
  });
});

describe('proportions', () => {
  const world = { ...readOptions([], {}, new Date('2026-11-22T00:00:00Z')).world };
  const indices = Array.from({ length: world.organisations }, (_, index) => index);

  test('the default world has at least 2,000 organisations of every body class and 5,000 persons', () => {
    const counts = new Map(BODY_CLASSES.map((one) => [one, 0]));
    for (const index of indices) {
      if (organisationAt(world.seed, index).registered)
        counts.set(classAt(index), (counts.get(classAt(index)) ?? 0) + 1);
    }
    for (const [bodyClass, count] of counts) expect([bodyClass, count >= 2_000]).toEqual([bodyClass, true]);
    expect(world.persons).toBe(5_000);
  });

  test('records are as frequent as in life', () => {
    const firms = indices.filter((index) => classAt(index) === 'ENTERPRISE').slice(0, 6_000);
    const share = (rows: (index: number) => readonly unknown[], among: readonly number[]): number =>
      among.filter((index) => rows(index).length > 0).length / among.length;
    expect(share((index) => organisationListings(world, index), firms)).toBeCloseTo(0.06, 1);
    expect(share((index) => bansOf(world, index), firms)).toBeGreaterThan(0.02);
    expect(share((index) => bansOf(world, index), firms)).toBeLessThan(0.04);
    expect(share((index) => contractsOf(world, index), firms)).toBeCloseTo(0.4, 1);
    expect(share((index) => financeRowsOf(world, 'subsidies', index), firms)).toBeCloseTo(0.2, 1);
    expect(share((index) => financeRowsOf(world, 'tax-listings', index), firms)).toBeLessThan(0.03);
    const persons = indices.slice(32, 5_000);
    expect(share((index) => hrRowsOf(world, 'sanction', index), persons)).toBeCloseTo(0.05, 1);
    for (const index of persons.slice(0, 500)) {
      expect(hrRowsOf(world, 'post', index).length).toBeGreaterThanOrEqual(1);
      expect(hrRowsOf(world, 'post', index).length).toBeLessThanOrEqual(4);
      expect(hrRowsOf(world, 'integrity_record', index).length).toBeGreaterThanOrEqual(2);
      expect(hrRowsOf(world, 'integrity_record', index).length).toBeLessThanOrEqual(6);
    }
  });

  test('a superior body exists and lies in the same region', () => {
    for (const index of indices.slice(64, 3_000)) {
      const { parent, region, bodyClass } = organisationAt(world.seed, index);
      if (parent === null) continue;
      const superior = indexOfUscc(world, parent);
      expect(superior).toBeDefined();
      // Blocks begin at multiples of twenty; the one at 60 is half reserved.
      if (superior! >= 64 || superior! < 60)
        expect(organisationAt(world.seed, superior!).region).toBe(region);
      expect(['GOVERNMENT', 'DEPARTMENT']).toContain(classAt(superior!));
      expect(bodyClass).not.toBe('ENTERPRISE');
    }
  });
});

describe('dates', () => {
  test('months end where the shorter month ends', () => {
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2026-11-22', -24)).toBe('2024-11-22');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  });
});

describe('options', () => {
  const now = new Date('2026-11-22T00:00:00Z');

  test('flags win over variables', () => {
    const { world } = readOptions(['--seed', '7'], { SANDBOX_SEED: '8', SANDBOX_PERSONS: '99' }, now);
    expect(world).toEqual({ seed: 7, organisations: 21_000, persons: 99, today: '2026-11-22' });
  });

  test('every bad option is named at once', () => {
    const bad = { SANDBOX_ORGANISATIONS: '2000000', SANDBOX_POSTGRES_URL: 'mysql://x/' };
    for (const name of ['SANDBOX_SEED', 'SANDBOX_ORGANISATIONS', 'SANDBOX_POSTGRES_URL']) {
      expect(() => readOptions(['--seed', 'x'], bad, now)).toThrow(name);
    }
  });
});

test('a penalty is said to be published late exactly where seven working days had passed', () => {
  const workingDays = (from: string, to: string): number => {
    let days = 0;
    for (let day = addDays(from, 1); day <= to; day = addDays(day, 1))
      if (![0, 6].includes(new Date(day).getUTCDay())) days += 1;
    return days;
  };
  const columns: readonly string[] = PUBLICITY_COLUMNS.penalty;
  const value = (row: readonly (string | null)[], column: string): string =>
    row[columns.indexOf(column)] ?? '';
  const late = new Set<string>();
  for (let index = 0; index < WORLD.organisations; index += 1) {
    for (const row of publicityRowsOf(WORLD, 'penalty', index)) {
      const over = workingDays(value(row, 'cf_jdrq'), value(row, 'cf_gsrq')) > 7;
      expect([index, value(row, 'cf_cb')]).toEqual([index, over ? 't' : 'f']);
      late.add(value(row, 'cf_cb'));
    }
  }
  expect(late.size).toBe(2);
});
