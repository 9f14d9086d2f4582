// Finds, among many masks, those that could stand for one of a few keys, without looking at all of them.
import { maskCouldBe } from './masked-key.ts';

export interface MaskIndex {
  /** Masks that could stand for one of the comparable keys. */
  matching(keys: readonly string[]): readonly string[];
}

/** Places by which masks are put together: most show the region. */
const HEAD = 4;

export function indexMasks(masks: Iterable<string>): MaskIndex {
  const byHead = new Map<string, string[]>();
  const covered: string[] = [];
  for (const mask of masks) {
    const head = mask.slice(0, HEAD);
    if (/[*…]/.test(head)) {
      covered.push(mask);
      continue;
    }
    const known = byHead.get(head);
    if (known === undefined) byHead.set(head, [mask]);
    else known.push(mask);
  }
  return {
    matching: (keys) => {
      const found = new Set<string>();
      for (const key of new Set(keys)) {
        for (const mask of byHead.get(key.slice(0, HEAD)) ?? []) if (maskCouldBe(mask, key)) found.add(mask);
        for (const mask of covered) if (maskCouldBe(mask, key)) found.add(mask);
      }
      return [...found];
    },
  };
}
