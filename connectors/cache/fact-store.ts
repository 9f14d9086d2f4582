// Where facts are kept. INVARIANT: a store never fails a request; what it cannot give in time it does not have.
import type { Fact, FactName, Invalidation } from './fact.ts';

export interface Reading {
  readonly fact: Fact | undefined;
  /**
   * The generations the fact's scopes had before the source was asked. A fact is kept under them, and is gone as soon
   * as one of them changes. Undefined: they are not known, and nothing may be kept.
   */
  readonly generations: string | undefined;
}

export interface KeptFact {
  readonly name: FactName;
  readonly fact: Fact;
  readonly generations: string;
}

export interface FactStore {
  /** One reading for every name, in their order. */
  read(names: readonly FactName[]): Promise<readonly Reading[]>;
  /** Keeps facts for `lifetime` milliseconds at most. */
  write(facts: readonly KeptFact[], lifetime: number): Promise<void>;
  /** Resolves when no reading that begins afterwards can have an older fact. */
  invalidate(what: Invalidation): Promise<void>;
  close(): Promise<void>;
}

export const nothingRead: Reading = { fact: undefined, generations: undefined };
