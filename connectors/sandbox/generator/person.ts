// A person made from its index: who it is, before any agency has written anything about it.
import { addDays } from './dates.ts';
import { castAt } from './cast.ts';
import { birthDateAt, citizenIdAt, personIndexIn } from './identifiers.ts';
import { drawsFor } from './random.ts';
import { REGIONS, type World } from './world.ts';

export interface Person {
  readonly index: number;
  readonly citizenId: string;
  readonly name: string;
  readonly sex: '男' | '女';
  /** Date. */
  readonly birthDate: string;
  /** Region of service. */
  readonly region: string;
  /** Civil servant since. */
  readonly since: string;
  /** Whether the personnel department has a file. */
  readonly official: boolean;
}

export function personAt(seed: number, index: number): Person {
  const draws = drawsFor(seed, 'person', index);
  const member = castAt('person', index);
  const citizenId = citizenIdAt(index);
  return {
    index,
    citizenId,
    name: member?.name ?? `合成人${String(index).padStart(6, '0')}`,
    // Place 17 is odd for men.
    sex: Number(citizenId[16]) % 2 === 1 ? '男' : '女',
    birthDate: birthDateAt(index),
    region: draws.pick(REGIONS),
    since: addDays(birthDateAt(index), draws.between(8_100, 8_700)),
    official: member?.key !== 'not-an-official',
  };
}

/** Index of a person of this world; undefined for any other id. */
export function indexOfPerson(world: World, citizenId: string): number | undefined {
  const index = personIndexIn(citizenId);
  return index !== undefined && index < world.persons ? index : undefined;
}
