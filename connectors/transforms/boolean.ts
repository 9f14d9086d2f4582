// boolean: true, false, 1, 0, t, f, 是, 否.
import { fromText, halfWidth } from './transform.ts';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['是', true],
  ['false', false],
  ['f', false],
  ['0', false],
  ['否', false],
]);

/** Every word that is read, in half width and lower case. */
export const booleanWords: readonly string[] = [...WORDS.keys()];

export const boolean = fromText('is neither yes nor no', (given) =>
  WORDS.get(halfWidth(given).toLowerCase()),
);
