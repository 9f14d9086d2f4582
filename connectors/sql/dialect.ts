// What differs between databases: how a statement is written and how a session runs it. A further database is a
// further file beside postgres.ts and mysql.ts; the statement's shape and the reading of rows stay.

import { LONGEST } from '../resilience/deadline.ts';
import type { SourceCondition } from '../source-condition.ts';

export type SqlParameter = string | readonly string[];

/** Adds a parameter to the statement and returns the mark that stands for it. Marks are bound in textual order. */
export type Bind = (value: SqlParameter) => string;

export interface SqlDialect {
  /** A name from a manifest, quoted so that it cannot be anything but a name. */
  quote(name: string): string;
  /** The mark of the parameter at `place` (from 1). */
  mark(place: number): string;
  /** A key, a number of ours: an expression as text. */
  asText(expression: string): string;
  /** A column of a field, so that nothing of its value is lost on the way. The session makes text of it. */
  value(expression: string): string;
  /**
   * Values come in the types of their columns: branches then have columns of their own, because a column that two of them
   * shared would be of a type that is neither's.
   */
  readonly typed: boolean;
  /** The column's index finds these keys and no others, whatever its collation takes for equal. */
  anyOf(column: string, keys: readonly string[], bind: Bind): string;
  /** Two columns hold the same text, whatever their collation takes for equal. */
  same(left: string, right: string): string;
  /** All different texts of a column of a group as one, commas between them; null where there is none. */
  joined(column: string): string;
  /** An expression by which DISTINCT keeps apart what the column's collation takes for equal. */
  exact(column: string): string;
  /** A condition on a quoted column. */
  meets(condition: SourceCondition, column: string, bind: Bind): string;
  /** A text null of a column nobody asked of this branch. */
  readonly nothing: string;
}

/** A statement for any number of keys: its text depends on the look-ups' shape, so that it can be prepared once. */
export interface SqlStatement {
  readonly text: string;
  /** In the order of their marks. */
  readonly values: readonly SqlParameter[];
  /** Columns of every row: branch, key, then the branch's values, padded. */
  readonly width: number;
  /** Where the values of each branch begin; absent: all at the same place. */
  readonly places?: readonly number[];
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
  /** Places of the columns of a SELECT whose type keeps some digits only. @throws SourceError */
  floatsIn(text: string, signal: AbortSignal): Promise<readonly number[]>;
  /** Opens connections before anybody asks. @throws SourceError */
  open(): Promise<void>;
  /** @throws SourceError */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Longest an attempt to connect goes on, in milliseconds, though nobody may wait for it any more. */
const LONGEST_ATTEMPT_MS = 5000;

/** Milliseconds for an attempt to connect, so that a call's own deadline ends before it. */
export function attemptWithin(deadline: number): number {
  return Math.min(LONGEST * deadline, LONGEST_ATTEMPT_MS);
}

/** Connections that are opened ahead and kept; the others as they are needed, up to `concurrency`. */
export function ahead(concurrency: number): number {
  return Math.ceil(concurrency / 2);
}

export interface SessionOptions {
  readonly address: string;
  readonly source: string;
  readonly concurrency: number;
  /** Milliseconds after which the server stops a statement by itself. */
  readonly deadline: number;
  /** Most bytes of rows one statement may return. */
  readonly bytes: number;
  /** Absent: as the address says. */
  readonly tls?: Tls | undefined;
}

/** Whether a connection is encrypted; if it is, the server's certificate is always checked. PEM texts. */
export type Tls =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on';
      readonly ca?: string | undefined;
      readonly cert?: string | undefined;
      readonly key?: string | undefined;
      /** Name in the certificate where the address is a number. */
      readonly serverName?: string | undefined;
    };

/** Bytes of a row's texts. */
export function sizeOf(values: readonly unknown[]): number {
  let size = 0;
  for (const value of values) size += typeof value === 'string' ? Buffer.byteLength(value) : 4;
  return size;
}
