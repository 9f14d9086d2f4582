// Cuts a look-up's keys into what one call takes.
import type { Lookup } from '../transport.ts';

/**
 * Batches of at most `size` keys in order; the last may be smaller. The control goes with every call that has room for
 * it, else it has a call of its own beside the others.
 */
export function inBatches(
  { keys, controlKeys }: Pick<Lookup, 'keys' | 'controlKeys'>,
  size: number,
): readonly (readonly string[])[] {
  const room = size - controlKeys.length;
  if (controlKeys.length > 0 && room < 1) return [...cut(keys, size), ...cut(controlKeys, size)];
  return cut(keys, room).map((batch) => [...batch, ...controlKeys]);
}

function cut(keys: readonly string[], size: number): readonly (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (let start = 0; start < keys.length; start += size) batches.push(keys.slice(start, start + size));
  return batches;
}
