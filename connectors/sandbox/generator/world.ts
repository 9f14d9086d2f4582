// What a sandbox world is made of: three numbers and a day. Everything else follows from it.

/** Two worlds with equal members hold equal data. */
export interface World {
  readonly seed: number;
  /** Organisations with index 0 … organisations − 1 exist; at most a million. */
  readonly organisations: number;
  readonly persons: number;
  /** Today in Asia/Shanghai, YYYY-MM-DD; what is in force is counted from it. */
  readonly today: string;
}

/** Indices below these belong to the cast and to the governments of the regions, in every world. */
export const RESERVED_ORGANISATIONS = 64;
export const RESERVED_PERSONS = 32;

/** The organisation code has six places for an index. */
export const MOST_ORGANISATIONS = 1_000_000;
export const MOST_PERSONS = 10_000_000;

/** Real region codes of the notices the sandbox is modelled on; subjects in them are invented. */
export const REGIONS = ['420200', '420281', '420222', '370200', '410300', '350502', '130126'] as const;

/** Changes whenever the same world would come out differently, so that stored data are made anew. */
export const GENERATOR_VERSION = 6;
