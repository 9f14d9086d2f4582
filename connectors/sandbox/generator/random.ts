// Randomness without state: every draw is a pure function of (seed, topic, index), so that any subject can be
// made at any time, in any order, and comes out the same.

/** A stream of draws that belongs to one topic of one subject. */
export interface Draws {
  /** In [0, 1). */
  next(): number;
  /** Integer in [from, to], both included. */
  between(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<const C extends readonly [unknown, ...unknown[]]>(choices: C): C[number];
}

/** 32-bit finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const topics = new Map<string, number>();

/** FNV-1a of the topic's name; topics are a handful of constants, so each is hashed once. */
function topicHash(topic: string): number {
  let hash = topics.get(topic);
  if (hash === undefined) {
    hash = 0x811c9dc5;
    for (let at = 0; at < topic.length; at += 1) hash = Math.imul(hash ^ topic.charCodeAt(at), 0x01000193);
    topics.set(topic, hash);
  }
  return hash;
}

/** @param index any integer from 0 to 2^32 − 1 */
export function drawsFor(seed: number, topic: string, index: number): Draws {
  const stream = mix(mix(mix(seed) ^ topicHash(topic)) + Math.imul(index, 0x9e3779b1));
  let counter = 0;
  const next = (): number => mix(stream + Math.imul((counter += 1), 0x6d2b79f5)) / 0x1_0000_0000;
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: <const C extends readonly [unknown, ...unknown[]]>(choices: C): C[number] =>
      choices[Math.floor(next() * choices.length)],
  };
}
