// What an agency writes instead of a value: words for none, for ever and not disclosed, field by field as the manifest
// lists them. Compared whole, in half width, without regard to case.
import { type Transform, type TransformResult, NOTHING, halfWidth, plainText } from './transform.ts';

export interface Words {
  readonly none: readonly string[];
  readonly forever: readonly string[];
  readonly undisclosed: readonly string[];
}

/** The last day there is: an end that never comes. Verdicts and lists know it as such. */
export const FOREVER = '9999-12-31';

const NO_END: TransformResult = Object.freeze({ ok: true, value: FOREVER });
const UNDISCLOSED: TransformResult = Object.freeze({ ok: true, value: null, undisclosed: true });

/** The form in which a word is compared. */
export function wordForm(text: string): string {
  return halfWidth(text).replace(/\s+/g, ' ').trim().toLowerCase();
}

/** A transform that knows these words; everything else it reads as before. */
export function withWords(transform: Transform, { none, forever, undisclosed }: Words): Transform {
  const meanings = new Map<string, TransformResult>();
  for (const word of undisclosed) meanings.set(wordForm(word), UNDISCLOSED);
  for (const word of forever) meanings.set(wordForm(word), NO_END);
  for (const word of none) meanings.set(wordForm(word), NOTHING);
  if (meanings.size === 0) return transform;
  return (raw, start) => {
    const plain = plainText(raw);
    const meaning = plain.ok && plain.text !== null ? meanings.get(wordForm(plain.text)) : undefined;
    return meaning ?? transform(raw, start);
  };
}
