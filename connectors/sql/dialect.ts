// What differs between databases: how a statement is written and how a session runs it. A further database is a
// further file beside postgres.ts; the statement's shape and the reading of rows stay.

import type { SourceCondition } from '../source-condition.ts';

export type SqlParameter = string | readonly string[];

export interface SqlDialect {
  /** A name from a manifest, quoted so that it cannot be anything but a name. */
  quote(name: string): string;
  /** An expression as text, in the one form the transforms read. */
  asText(expression: string): string;
  /** `column` equals any of the keys bound as parameter `place` (from 1). */
  anyOf(column: string, place: number): string;
  /** A condition on a quoted column, with its parameters from `place` on. */
  meets(
    condition: SourceCondition,
    column: string,
    place: number,
  ): { readonly text: string; readonly values: readonly SqlParameter[] };
  /** A text null of a column nobody asked of this branch. */
  readonly nothing: string;
}

/** A statement for any number of keys: its text depends on the look-ups' shape, so that it can be prepared once. */
export interface SqlStatement {
  readonly text: string;
  /** One list of keys per branch, then what conditions compare with. */
  readonly values: readonly SqlParameter[];
  /** Columns of every row: branch, key, then the branch's values, padded. */
  readonly width: number;
}

export interface SqlSession {
  /**
   * Runs a statement in one round trip and hands over its rows as they come.
   * @throws SourceError; an undefined table is told apart by `SqlNameError`
   */
  run(
    statement: SqlStatement,
    receive: (row: readonly unknown[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** @throws SourceError */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
