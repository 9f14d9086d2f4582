// What the registry knows of an organisation, made from its index. Independent of the day, so that a registry of
// a million loaded yesterday is good today.
import { ordinaryClass, prefixOf, siblingOf, BLOCK, type BodyClass } from './body-class.ts';
import { castAt, FIRST_REGION_GOVERNMENT } from './cast.ts';
import { organisationIndexIn, orgCodeAt, usccAt } from './identifiers.ts';
import { drawsFor } from './random.ts';
import { REGIONS, RESERVED_ORGANISATIONS, type World } from './world.ts';

export interface Organisation {
  readonly index: number;
  readonly uscc: string;
  /** Nine places, no hyphen. */
  readonly orgCode: string;
  readonly name: string;
  readonly formerNames: readonly string[];
  readonly registrationNumber: string;
  readonly bodyClass: BodyClass;
  readonly region: string;
  /** USCC of the superior body. */
  readonly parent: string | null;
  readonly legalRepresentative: string;
  readonly status: 'ACTIVE' | 'LICENCE_REVOKED' | 'DEREGISTERED';
  /** Date. */
  readonly establishedOn: string;
  /** False: other agencies may know the code, the registry does not. */
  readonly registered: boolean;
}

const NAMES: Readonly<Record<BodyClass, (number: string) => string>> = {
  GOVERNMENT: (number) => `合成人民政府${number}`,
  DEPARTMENT: (number) => `合成局${number}`,
  PUBLIC_INSTITUTION: (number) => `合成事业单位${number}`,
  COMMITTEE: (number) => `合成居民委员会${number}`,
  ENTERPRISE: (number) => `合成企业${number}有限公司`,
  INDIVIDUAL_BUSINESS: (number) => `合成个体工商户${number}`,
  SOCIAL_ORGANISATION: (number) => `合成协会${number}`,
  RURAL_COLLECTIVE: (number) => `合成农民专业合作社${number}`,
};

export function classAt(index: number): BodyClass {
  const member = castAt('organisation', index);
  if (member?.kind === 'organisation') return member.bodyClass;
  const isRegionGovernment = REGIONS[index - FIRST_REGION_GOVERNMENT] !== undefined;
  return isRegionGovernment ? 'GOVERNMENT' : ordinaryClass(index);
}

export function usccOfIndex(index: number): string {
  return usccAt(prefixOf(classAt(index), index), index);
}

/** Index of an organisation of this world by USCC; undefined for any other code. */
export function indexOfUscc(world: World, uscc: string): number | undefined {
  const index = uscc.length === 18 ? organisationIndexIn(uscc) : undefined;
  return index !== undefined && index < world.organisations && usccOfIndex(index) === uscc
    ? index
    : undefined;
}

/** Index by organisation code, with or without hyphen. */
export function indexOfOrgCode(world: World, code: string): number | undefined {
  const plain = code.replace('-', '');
  const index = plain.length === 9 ? organisationIndexIn(plain) : undefined;
  return index !== undefined && index < world.organisations && orgCodeAt(index) === plain ? index : undefined;
}

/** Region of an index: one for each block of twenty, 黄石 and its counties more often than the others. */
export function regionAt(seed: number, index: number): string {
  if (index < RESERVED_ORGANISATIONS)
    return REGIONS[(index - FIRST_REGION_GOVERNMENT + 70) % 7] ?? REGIONS[0];
  const draws = drawsFor(seed, 'region', Math.floor(index / BLOCK));
  return draws.chance(0.4) ? draws.pick(['420200', '420281', '420222']) : draws.pick(REGIONS);
}

export function organisationAt(seed: number, index: number): Organisation {
  const draws = drawsFor(seed, 'organisation', index);
  const member = castAt('organisation', index);
  const bodyClass = classAt(index);
  const number = String(index).padStart(6, '0');
  const region = regionAt(seed, index);
  const status = draws.next();
  const year = draws.between(1985, 2022);
  return {
    index,
    uscc: usccOfIndex(index),
    orgCode: orgCodeAt(index),
    name: member?.name ?? NAMES[bodyClass](number),
    formerNames: formerNames(number, member ? 0 : draws.next()),
    registrationNumber: registrationNumberAt(index),
    bodyClass,
    region,
    parent: parentOf(index, bodyClass, region),
    legalRepresentative: `合成人${String(draws.between(0, 999_999)).padStart(6, '0')}`,
    status:
      member !== undefined || index < RESERVED_ORGANISATIONS
        ? member?.key === 'deregistered-firm'
          ? 'DEREGISTERED'
          : 'ACTIVE'
        : status < 0.93
          ? 'ACTIVE'
          : status < 0.95
            ? 'LICENCE_REVOKED'
            : 'DEREGISTERED',
    establishedOn: `${year}-${two(draws.between(1, 12))}-${two(draws.between(1, 28))}`,
    registered: member?.key !== 'unregistered-firm',
  };
}

/** In use before the USCC. */
export function registrationNumberAt(index: number): string {
  return `990000${String(index).padStart(9, '0')}`;
}

function formerNames(number: string, draw: number): readonly string[] {
  if (draw < 0.9) return [];
  return draw < 0.98 ? [`合成旧名${number}`] : [`合成旧名${number}甲`, `合成旧名${number}乙`];
}

function parentOf(index: number, bodyClass: BodyClass, region: string): string | null {
  const regionGovernment = FIRST_REGION_GOVERNMENT + REGIONS.findIndex((one) => one === region);
  switch (bodyClass) {
    case 'GOVERNMENT':
      return index === regionGovernment ? null : usccOfIndex(regionGovernment);
    case 'DEPARTMENT':
      return usccOfIndex(index < RESERVED_ORGANISATIONS ? regionGovernment : siblingOf(index, 'GOVERNMENT'));
    case 'PUBLIC_INSTITUTION':
    case 'COMMITTEE':
      return usccOfIndex(index < RESERVED_ORGANISATIONS ? regionGovernment : siblingOf(index, 'DEPARTMENT'));
    default:
      return null;
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
