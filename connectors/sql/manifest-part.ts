// What a manifest says of a database: the table, view or query of each record type, how a subject is found through
// another of his identifiers, and whether the connection is encrypted.
import { z } from 'zod';
import { duration, fieldFilters, name, oneOrMore, share } from '../manifest-words.ts';

const table = z
  .string()
  .regex(/^[^."`\s]{1,63}(?:\.[^."`\s]{1,63})?$/, 'write a table as schema.table, without quotes');

/** One statement that only reads, used as if it were a table. */
const query = z
  .string()
  .max(10_000)
  .regex(/^\s*(?:select|with)\s/i, 'write one SELECT')
  .regex(/^[^;]*$/, 'write one SELECT, without a semicolon')
  .regex(/^(?:(?!\$[0-9]|\?)[\s\S])*$/, 'has no parameters of its own: leave out ? and $1');

const reference = z.string().regex(/^(?:\$\{[A-Z][A-Z0-9_]*\}|file:\/.+)$/, 'write ${NAME} or file:/path');

const crosswalk = z.strictObject({
  table,
  /** Its column with our identifier, and the form that has there. */
  from: name,
  as: z.unknown().optional(),
  /** Subjects, by their codes, that are always found this way. */
  control: oneOrMore.optional(),
  /** Its column with what the record's own key column holds. */
  to: name,
  /** Further pairs that must agree, the record's column first: a number that is unique only within a region. */
  and: z.record(name, name).default({}),
});

/** How old the data are: the latest time in a column, or how far a replica has come. */
const freshness = z
  .strictObject({
    maxAge: duration,
    at: z.strictObject({ table, column: name }).optional(),
    replica: z.literal(true).optional(),
  })
  .refine(({ at, replica }) => at === undefined || replica === undefined, 'write either at or replica')
  .optional();

export const sqlPart = {
  protocols: ['postgres:', 'postgresql:', 'mysql:', 'mariadb:'],
  top: {
    freshness,
    /** How often all keys are looked through, and the longest one look may take. */
    census: z
      .strictObject({ every: duration.prefault('1m'), timeout: duration.prefault('60s') })
      .prefault({}),
    sql: z
      .strictObject({
        tls: z.union(
          [
            z.enum(['on', 'off']),
            z.strictObject({
              ca: reference.optional(),
              cert: reference.optional(),
              key: reference.optional(),
              serverName: name.optional(),
            }),
          ],
          'write on, off, or { ca: file:/path }',
        ),
      })
      .optional(),
  },
  record: {
    table: table.optional(),
    query: query.optional(),
    filters: fieldFilters,
    /** Records may be fewer than the last time by this share before a person must say so. */
    shrink: share.default(0.5),
  },
  subject: { crosswalk: crosswalk.optional() },
} as const;

export type WrittenTls = NonNullable<z.output<typeof sqlPart.top.sql>>['tls'];
export type WrittenCrosswalk = z.output<typeof crosswalk>;
export type SqlFreshness = z.output<typeof freshness>;
export type CensusTimes = z.output<typeof sqlPart.top.census>;
