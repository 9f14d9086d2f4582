// Which class of body an index is, and what its code begins with. Independent of the seed, so that an
// identifier means the same subject in every world.

export const BODY_CLASSES = [
  'GOVERNMENT',
  'DEPARTMENT',
  'PUBLIC_INSTITUTION',
  'COMMITTEE',
  'ENTERPRISE',
  'INDIVIDUAL_BUSINESS',
  'SOCIAL_ORGANISATION',
  'RURAL_COLLECTIVE',
] as const;

/** As in the contract's enum BodyClass. */
export type BodyClass = (typeof BODY_CLASSES)[number];

/** Twenty organisations make a block, which lies in one region: two of each class, six enterprises. */
export const BLOCK = 20;
const SLOTS: readonly BodyClass[] = [
  ...(['GOVERNMENT', 'DEPARTMENT', 'PUBLIC_INSTITUTION', 'COMMITTEE'] as const),
  ...(['INDIVIDUAL_BUSINESS', 'SOCIAL_ORGANISATION', 'RURAL_COLLECTIVE'] as const),
  ...(['GOVERNMENT', 'DEPARTMENT', 'PUBLIC_INSTITUTION', 'COMMITTEE'] as const),
  ...(['INDIVIDUAL_BUSINESS', 'SOCIAL_ORGANISATION', 'RURAL_COLLECTIVE'] as const),
];

/** Class of an ordinary index, outside the cast. */
export function ordinaryClass(index: number): BodyClass {
  return SLOTS[index % BLOCK] ?? 'ENTERPRISE';
}

/** Index of a department or government in the same block. */
export function siblingOf(index: number, bodyClass: 'GOVERNMENT' | 'DEPARTMENT'): number {
  return index - (index % BLOCK) + SLOTS.indexOf(bodyClass);
}

/** Department and class, places 1 and 2 of the USCC; classes with several take them by turns. */
const PREFIXES: Readonly<Record<BodyClass, readonly string[]>> = {
  GOVERNMENT: ['11'],
  DEPARTMENT: ['11'],
  PUBLIC_INSTITUTION: ['12'],
  COMMITTEE: ['54', '55'],
  ENTERPRISE: ['91'],
  INDIVIDUAL_BUSINESS: ['92'],
  SOCIAL_ORGANISATION: ['51', '52', '53'],
  RURAL_COLLECTIVE: ['N1', '93'],
};

export function prefixOf(bodyClass: BodyClass, index: number): string {
  const prefixes = PREFIXES[bodyClass];
  return prefixes[Math.floor(index / BLOCK) % prefixes.length] ?? '91';
}

/** Bodies that trade: suppliers, debtors and taxpayers in the sandbox. */
export function isFirm(bodyClass: BodyClass): boolean {
  return (
    bodyClass === 'ENTERPRISE' || bodyClass === 'INDIVIDUAL_BUSINESS' || bodyClass === 'RURAL_COLLECTIVE'
  );
}

/** Bodies that spend public money: buyers and grantors. */
export function isPublicBody(bodyClass: BodyClass): boolean {
  return bodyClass === 'GOVERNMENT' || bodyClass === 'DEPARTMENT' || bodyClass === 'PUBLIC_INSTITUTION';
}
