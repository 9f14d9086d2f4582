// boolean: true, false, 1, 0, t, f, 是, 否.
import { type Transform, fromText, halfWidth } from './transform.ts';

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

/** `words`: an agency's own, beside those everybody uses. */
export function booleanOf(words: ReadonlyMap<string, boolean>): Transform {
  const own = new Map([...words].map(([word, value]) => [halfWidth(word.trim()).toLowerCase(), value]));
  return fromText('is neither yes nor no', (given) => {
    const word = halfWidth(given).toLowerCase();
    return own.get(word) ?? WORDS.get(word);
  });
}

export const boolean = booleanOf(new Map());
