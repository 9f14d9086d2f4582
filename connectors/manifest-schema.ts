// The shape of a manifest, per transport. What depends on the SDL is checked in manifest-records.ts.
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** `500ms`, `2s`, `15m`, `2h`, `40d` → milliseconds. */
const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(?:ms|s|m|h|d)$/, 'write a duration such as 500ms, 2s, 15m, 2h or 40d')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/^[0-9]+/, '')]!);

/** `512kB`, `4MB` → bytes. */
const bytes = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(?:B|kB|MB|GB)$/, 'write a size such as 512kB or 4MB')
  .transform((text) => Number.parseInt(text, 10) * SIZES[text.replace(/^[0-9]+/, '')]!);

const count = (most: number) => z.number().int().min(1).max(most);
const name = z.string().min(1).max(120);
const twoLanguages = z.strictObject({ en: name, zh: name });
const dotted = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, 'write a dotted path such as data.items');
const graphqlName = z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/, 'is not a GraphQL name');

const listType = z
  .string()
  .regex(/^\[[_A-Za-z][_0-9A-Za-z]*!?\]!?$/, 'write the type of a list argument, such as [String!]!');

const shorthand = (value: unknown): unknown => (typeof value === 'string' ? { column: value } : value);

const record = {
  subjects: z.strictObject({
    Organization: z.strictObject({ column: name, as: z.unknown().optional() }).optional(),
    Person: z.strictObject({ column: name, as: z.unknown().optional() }).optional(),
  }),
  order: z.array(name).default([]),
  // `as` is checked against the SDL, with better words than a union here could find.
  fields: z.record(
    z.string(),
    z.preprocess(shorthand, z.strictObject({ column: name, as: z.unknown().optional() })),
  ),
};

/** sql and file: names of fields; their columns are at hand. */
const filters = z.array(name).optional();
const httpFilters = z.record(z.string(), z.strictObject({ excludeAt: dotted })).optional();
const graphqlFilters = z
  .record(z.string(), z.strictObject({ excludeArgument: graphqlName, type: listType }))
  .optional();

const common = {
  source: z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'is a short lower-case name'),
  title: twoLanguages,
  owner: twoLanguages,
  address: z.string(),
  limits: z.strictObject({
    deadline: duration,
    concurrency: count(200),
    /** Calls that may wait for a free place; more are turned away at once. */
    queue: z.number().int().min(0).max(10_000).optional(),
    bytes,
    recordsPerSubject: count(100_000),
  }),
  freshness: z.strictObject({ maxAge: duration }).optional(),
};

const table = z
  .string()
  .regex(/^[^."\s]{1,63}(?:\.[^."\s]{1,63})?$/, 'write a table as schema.table, without quotes');

const httpOptions = z.strictObject({
  path: z.string().regex(/^\/[^\s?#]*$/, 'write a path that begins with /'),
  keys: z.strictObject({ at: dotted, max: count(10_000) }),
  columns: z.strictObject({ at: dotted }).optional(),
  paging: z
    .strictObject({ pageAt: dotted, sizeAt: dotted, size: count(100_000), pagesAt: dotted })
    .optional(),
  envelope: z
    .strictObject({
      okAt: dotted.optional(),
      okIs: z.union([z.string(), z.number(), z.boolean()]).optional(),
      items: dotted,
      asOf: dotted.optional(),
    })
    .optional(),
});

const delivery = z.strictObject({
  pattern: z
    .string()
    .regex(
      /^[^*/\\]+\*[^*/\\]+$/,
      'write a pattern with one * for the date and sequence, such as debt-*.csv',
    ),
  format: z.enum(['csv', 'jsonl']),
  encoding: z.enum(['utf-8', 'gb18030']).default('utf-8'),
});

const query = z.strictObject({
  field: graphqlName,
  argument: graphqlName,
  type: listType,
});

/** One shape per transport. Keys the transport does not know are problems, not ignored. */
export const manifestShapes = {
  sql: z.strictObject({
    ...common,
    transport: z.literal('sql'),
    records: z.record(z.string(), z.strictObject({ ...record, table, filters })),
  }),
  http: z.strictObject({
    ...common,
    transport: z.literal('http'),
    http: httpOptions,
    /** A record type may have a path of its own. */
    records: z.record(
      z.string(),
      z.strictObject({ ...record, path: httpOptions.shape.path.optional(), filters: httpFilters }),
    ),
  }),
  file: z.strictObject({
    ...common,
    transport: z.literal('file'),
    records: z.record(z.string(), z.strictObject({ ...record, delivery, filters })),
  }),
  graphql: z.strictObject({
    ...common,
    transport: z.literal('graphql'),
    records: z.record(z.string(), z.strictObject({ ...record, query, filters: graphqlFilters })),
  }),
} as const;

export type TransportName = keyof typeof manifestShapes;
type Written<T extends TransportName> = z.output<(typeof manifestShapes)[T]>;

export type WrittenManifest = { [T in TransportName]: Written<T> }[TransportName];
export type HttpOptions = z.output<typeof httpOptions>;
export type DeliveryOptions = z.output<typeof delivery>;
export type QueryOptions = z.output<typeof query>;

interface ZodDef {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
}

/** The keys a shape knows at `path`, for suggestions. */
export function knownKeys(shape: z.core.$ZodType, path: readonly (string | number)[]): readonly string[] {
  let at: z.core.$ZodType | undefined = unwrap(shape);
  for (const step of path) {
    const def: ZodDef | undefined = at?._zod.def;
    at = unwrap(def?.shape?.[String(step)] ?? def?.valueType ?? def?.element);
  }
  return Object.keys((at?._zod.def as ZodDef | undefined)?.shape ?? {});
}

function unwrap(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const def = type?._zod.def as ZodDef | undefined;
  const inner = def?.innerType ?? (def?.type === 'pipe' ? def.out : undefined);
  return inner === undefined ? type : unwrap(inner);
}
