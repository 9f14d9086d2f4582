// What a manifest says of deliveries of files: names, format, encoding and layout, how a delivery proves that it is
// whole, and how changes are delivered. docs/manifests.md explains every key.
import { z } from 'zod';
import { count, fieldFilters, name, share } from '../manifest-words.ts';
import { findTrailerProblem } from './trailer-template.ts';

const pattern = z
  .string()
  .regex(/^[^*/\\]+\*[^*/\\]+$/, 'write a pattern with one * for the date and sequence, such as debt-*.csv');

/** `20%` → 0.2. */
const mark = z.string().regex(/^[^\r\n"]$/u, 'is one character');

/** Columns in the order of the file; the width is for fixed-width alone. */
const layout = z
  .array(z.union([name, z.strictObject({ name, width: count(10_000) })]))
  .min(1)
  .max(1000)
  .transform((columns) =>
    columns.map((column) => (typeof column === 'string' ? { name: column, width: undefined } : column)),
  );

const words = z.union([name, z.array(name).min(1)]).transform((word) => [word].flat());

const dropped = z.union(
  [
    z.strictObject({ first: count(1000) }),
    z.strictObject({ last: count(1000) }),
    z.strictObject({ starts: words }),
    z.strictObject({ column: name, is: words }),
  ],
  'write { first: 2 }, { last: 3 }, { starts: [合计] } or { column: 类型, is: [示例] }',
);

const deltas = z.strictObject({
  pattern,
  /** The column that says what happens to a row, and the words that say so. */
  operation: z.strictObject({ column: name, upsert: words, delete: words }),
  /** Columns that tell one row from every other; the subject's key seldom does. */
  key: z.array(name).min(1).max(8),
  columns: layout.optional(),
});

const delivery = z
  .strictObject({
    pattern,
    format: z.enum(['csv', 'jsonl', 'xlsx', 'fixed-width']),
    encoding: z.enum(['utf-8', 'gb18030', 'utf-16le', 'utf-16be']).default('utf-8'),
    delimiter: z
      .string()
      .regex(/^[^\r\n"]{1,4}$/u, 'is one to four characters on one line')
      .default(','),
    quote: z.union([z.literal('none'), mark, z.literal('"')]).default('"'),
    /** Rows above the header, such as a title. */
    skip: z.number().int().min(0).max(1000).default(0),
    /** Whether the first line names the columns, or over how many rows it does. */
    header: z
      .union([z.boolean(), z.strictObject({ rows: count(10) })])
      .transform((header) => (typeof header === 'boolean' ? Number(header) : header.rows))
      .optional(),
    /** Rows that are no records. */
    drop: z.array(dropped).max(20).default([]),
    /** What becomes of rows without any key: complained of, or left out and counted. */
    keyless: z.enum(['complain', 'skip']).default('complain'),
    columns: layout.optional(),
    widths: z.enum(['characters', 'bytes']).optional(),
    sheet: name.optional(),
    deltas: deltas.optional(),
    check: z
      .strictObject({
        sidecar: z.enum(['sha256', 'sm3']).optional(),
        trailer: z.string().min(1).max(200).optional(),
      })
      .default({}),
    /** Share of the rows before that a delivery may lack. */
    shrink: share.default(0.5),
  })
  .superRefine((written, context) => {
    for (const [path, message] of misfits(written)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

export type DeliveryOptions = z.output<typeof delivery>;
export type Encoding = DeliveryOptions['encoding'];
export type Layout = z.output<typeof layout>;

/** Keys that say nothing, or something impossible, in this format. */
function* misfits(written: DeliveryOptions): Generator<readonly [readonly string[], string]> {
  const { format, encoding, columns, check } = written;
  const onlyIn = (key: keyof DeliveryOptions, formats: readonly string[], given: boolean): boolean =>
    given && !formats.includes(format);
  if (onlyIn('delimiter', ['csv'], written.delimiter !== ','))
    yield [['delimiter'], `has no meaning in ${format}`];
  if (onlyIn('quote', ['csv'], written.quote !== '"')) yield [['quote'], `has no meaning in ${format}`];
  if (onlyIn('skip', ['csv', 'xlsx', 'fixed-width'], written.skip !== 0))
    yield [['skip'], `has no meaning in ${format}`];
  if (onlyIn('sheet', ['xlsx'], written.sheet !== undefined))
    yield [['sheet'], `has no meaning in ${format}`];
  if (onlyIn('widths', ['fixed-width'], written.widths !== undefined))
    yield [['widths'], `has no meaning in ${format}`];
  if (format === 'xlsx' && encoding !== 'utf-8') yield [['encoding'], 'xlsx knows its encoding itself'];
  if (format === 'jsonl' && columns !== undefined) yield [['columns'], 'jsonl names its columns itself'];
  if (format === 'jsonl' && written.header !== undefined) yield [['header'], 'has no meaning in jsonl'];
  if (format === 'csv' && written.delimiter === written.quote)
    yield [['quote'], 'must differ from the delimiter'];
  if (format === 'fixed-width' && (written.header ?? 0) > 1) yield [['header'], 'is one line in fixed-width'];
  if (format === 'fixed-width' && written.drop.some((rule) => !('first' in rule || 'starts' in rule)))
    yield [['drop'], 'takes { first } and { starts } in fixed-width'];
  if (format === 'jsonl' && written.drop.some((rule) => !('column' in rule)))
    yield [['drop'], 'has no rows but records in jsonl: name a column'];
  const headless = format === 'fixed-width' || written.header === 0;
  if (headless && columns === undefined) yield [['columns'], 'name the columns, in the order of the file'];
  for (const [path, given] of [
    [['columns'], columns],
    [['deltas', 'columns'], written.deltas?.columns],
  ] as const) {
    if (given === undefined) continue;
    if (new Set(given.map((column) => column.name)).size < given.length)
      yield [path, 'a column is named twice'];
    if (given.some(({ width }) => (width === undefined) === (format === 'fixed-width')))
      yield [
        path,
        format === 'fixed-width' ? 'give each column a name and a width' : 'a width is for fixed-width alone',
      ];
  }
  if (written.widths === 'bytes' && encoding.startsWith('utf-16'))
    yield [['widths'], 'UTF-16 is measured in characters'];
  if (check.trailer !== undefined) {
    const problem = findTrailerProblem(check.trailer);
    if (problem !== undefined) yield [['check', 'trailer'], problem];
    else if (format === 'xlsx' && check.trailer.includes('{sha256}'))
      yield [['check', 'trailer'], 'a row of an xlsx cannot hold the hash of its file; use a sidecar'];
  }
  if (written.deltas?.pattern === written.pattern)
    yield [['deltas', 'pattern'], 'must differ from that of full deliveries'];
}

export const filePart = {
  /** A folder, not a URL. */
  protocols: [],
  top: {},
  record: { delivery, filters: fieldFilters },
} as const;
