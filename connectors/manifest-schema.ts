// The shape of a manifest: what every source says, and each transport's own part. What depends on the SDL is checked
// in manifest-records.ts.
import { z } from 'zod';
import { cachePart } from './cache/manifest-part.ts';
import { filePart } from './file/manifest-part.ts';
import { graphqlPart } from './graphql/manifest-part.ts';
import { httpPart } from './http/manifest-part.ts';
import {
  allowance,
  bytes,
  cellWords,
  count,
  duration,
  name,
  oneOrMore,
  twoLanguages,
} from './manifest-words.ts';
import { resiliencePart } from './resilience/manifest-part.ts';
import { soapPart } from './soap/manifest-part.ts';
import { sqlPart } from './sql/manifest-part.ts';

const shorthand = (value: unknown): unknown => (typeof value === 'string' ? { column: value } : value);

const field = z.strictObject({
  column: name,
  // Checked against the SDL, with better words than a union here could find.
  as: z.unknown().optional(),
  /** What the agency writes where there is no value, no end, or a value it does not disclose. */
  none: cellWords.optional(),
  forever: cellWords.optional(),
  undisclosed: cellWords.optional(),
});

const record = {
  order: z.array(name).default([]),
  /** Rows that may have a key which is nobody's, before nothing is clear by this record type any more. */
  unusableKeys: allowance.prefault(0),
  /** Records that are always there; fewer prove nothing. */
  atLeast: z.number().int().min(0).max(1_000_000_000).default(1),
  fields: z.record(z.string(), z.preprocess(shorthand, field)),
};

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
  resilience: resiliencePart.prefault({}),
  cache: cachePart.optional(),
};

/** By which column a kind of subject is found; a transport may know more of it. */
const subjectsOf = <K extends z.core.$ZodLooseShape>(part: K) => {
  const key = z.strictObject({
    column: name,
    as: z.unknown().optional(),
    /** What stands between several keys in one cell. */
    separator: oneOrMore.optional(),
    /** Subjects, by their codes, that are always found. */
    control: oneOrMore.optional(),
    ...part,
  });
  return z.strictObject({ Organization: key.optional(), Person: key.optional() });
};

const recordsOf = <S extends z.core.$ZodLooseShape, K extends z.core.$ZodLooseShape = Record<never, never>>(
  part: S,
  subject: K = {} as K,
) => z.record(z.string(), z.strictObject({ ...record, subjects: subjectsOf(subject), ...part }));

/** One shape per transport. Keys the transport does not know are problems, not ignored. */
export const manifestShapes = {
  sql: z.strictObject({
    ...common,
    ...sqlPart.top,
    transport: z.literal('sql'),
    records: recordsOf(sqlPart.record, sqlPart.subject),
  }),
  http: z.strictObject({
    ...common,
    ...httpPart.top,
    transport: z.literal('http'),
    records: recordsOf(httpPart.record),
  }),
  soap: z.strictObject({
    ...common,
    ...soapPart.top,
    transport: z.literal('soap'),
    records: recordsOf(soapPart.record),
  }),
  file: z.strictObject({
    ...common,
    ...filePart.top,
    transport: z.literal('file'),
    records: recordsOf(filePart.record),
  }),
  graphql: z.strictObject({
    ...common,
    ...graphqlPart.top,
    transport: z.literal('graphql'),
    records: recordsOf(graphqlPart.record),
  }),
} as const;

/** Schemes an address of each transport may have; none: it is a folder. */
export const protocols: Readonly<Record<TransportName, readonly string[]>> = {
  sql: sqlPart.protocols,
  http: httpPart.protocols,
  soap: soapPart.protocols,
  file: filePart.protocols,
  graphql: graphqlPart.protocols,
};

export type TransportName = keyof typeof manifestShapes;
type Written<T extends TransportName> = z.output<(typeof manifestShapes)[T]>;

export type WrittenManifest = { [T in TransportName]: Written<T> }[TransportName];

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
