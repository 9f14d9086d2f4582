// What a manifest says of a JSON service: where keys and columns go, how it pages, and the envelope of an answer.
import { z } from 'zod';
import { credentialsPart } from '../credentials/manifest-part.ts';
import { count, dotted } from '../manifest-words.ts';

/** Where a value goes: a dotted path of a JSON body, a parameter of a query or form, or a `{place}` of the path. */
const place = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\[\])?$/, 'write the name of a member or parameter');

const word = z.union([z.string(), z.number(), z.boolean()]);

const keys = z.strictObject({
  in: z.enum(['path', 'query', 'form', 'body']).default('body'),
  at: place,
  /** Keys of one call. With 1 the key itself is sent, not a list of one. */
  max: count(10_000),
  /** Calls of one request that are on their way at once; the source's own concurrency bounds all requests. */
  atOnce: count(32).default(4),
  /** False: the answer does not say whose it is; it is taken for an answer to what was asked. */
  echoed: z.boolean().default(true),
});

/** By kind of paging: what it must say, and what it may. */
const PAGING = {
  page: { must: ['pageAt', 'size'], may: ['sizeAt', 'pagesAt', 'totalAt', 'first'] },
  offset: { must: ['offsetAt', 'sizeAt', 'size'], may: ['totalAt'] },
  cursor: { must: ['cursorAt', 'nextAt'], may: ['sizeAt', 'size', 'moreAt', 'absentEnds'] },
  link: { must: ['nextAt'], may: ['sizeAt', 'size', 'absentEnds'] },
} as const;

const paging = z
  .strictObject({
    by: z.enum(['page', 'offset', 'cursor', 'link']).default('page'),
    size: count(100_000).optional(),
    sizeAt: place.optional(),
    pageAt: place.optional(),
    /** Number of the first page. */
    first: z.number().int().min(0).max(1).optional(),
    offsetAt: place.optional(),
    cursorAt: place.optional(),
    /** In the answer: how many pages, or records, there are. */
    pagesAt: dotted.optional(),
    totalAt: dotted.optional(),
    /** In the answer: the cursor or link of the next page; null or empty on the last. */
    nextAt: dotted.optional(),
    /** In the answer: whether there is a next page. */
    moreAt: dotted.optional(),
    /** True: the last page leaves `nextAt` out. Else its absence is a mistake. */
    absentEnds: z.boolean().optional(),
  })
  .superRefine((written, context) => {
    const { must, may }: { must: readonly string[]; may: readonly string[] } = PAGING[written.by];
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    for (const name of must) {
      if (!Object.hasOwn(written, name)) issue(name, `paging by ${written.by} needs it`);
    }
    for (const [name, value] of Object.entries(written)) {
      if (name !== 'by' && value !== undefined && !must.includes(name) && !may.includes(name))
        issue(name, `paging by ${written.by} has no such thing`);
    }
    if (written.pagesAt !== undefined && written.totalAt !== undefined)
      issue('totalAt', 'write either pagesAt or totalAt');
  });

const envelope = z
  .strictObject({
    okAt: dotted.optional(),
    okIs: z.union([word, z.array(word).min(1)]).optional(),
    items: dotted,
    /** True: `items` is one record, or null for none. */
    one: z.boolean().default(false),
    asOf: dotted.optional(),
    /** How many records this answer holds: as many must have come. */
    countAt: dotted.optional(),
    /** How many records the source holds of everybody: where it can give no control, this is held against `atLeast`. */
    heldAt: dotted.optional(),
  })
  .refine(({ okAt, okIs }) => (okAt === undefined) === (okIs === undefined), {
    path: ['okIs'],
    message: 'okAt and okIs come together',
  });

const path = z.string().regex(/^\/[^\s?#]*$/, 'write a path that begins with /');

const httpOptions = z
  .strictObject({
    /** GET where keys go into the path or the query, else POST. */
    method: z.enum(['GET', 'POST']).optional(),
    path,
    keys,
    columns: z.strictObject({ at: place }).optional(),
    /** What every call says besides: a version, a list. */
    constants: z.record(place, word).optional(),
    /** Joins lists in a query or form; without it each value is a parameter of its own. */
    separator: z.string().min(1).max(3).optional(),
    paging: paging.optional(),
    envelope: envelope.optional(),
    /** What proves that a 404 means "nobody of that key": without it a 404 is a refusal. */
    absent: z.strictObject({ at: dotted, is: word }).optional(),
    /** Ask for changes only. `answer`: a 304 repeats the last answer; `data`: it also says that it holds now. */
    conditional: z.enum(['answer', 'data']).optional(),
  })
  .superRefine((written, context) => {
    const issue = (at: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...at], message });
    const { keys, paging, method = methodFor(keys.in) } = written;
    if (method === 'GET' && (keys.in === 'form' || keys.in === 'body'))
      issue(['method'], `a GET has no ${keys.in}`);
    if (keys.in === 'path' && keys.max !== 1) issue(['keys', 'max'], 'a path takes one key per call: max: 1');
    if (!keys.echoed && keys.max !== 1) issue(['keys', 'echoed'], 'can only be false with max: 1');
    if (written.conditional !== undefined && method !== 'GET') issue(['conditional'], 'only a GET can be');
    if (written.absent !== undefined && keys.max !== 1) issue(['absent'], 'needs one key per call: max: 1');
    if (paging?.by === 'link' && method !== 'GET') issue(['paging', 'by'], 'a link is followed by GET only');
  });

/** The method where none is written. */
export function methodFor(keysIn: z.output<typeof keys>['in']): 'GET' | 'POST' {
  return keysIn === 'path' || keysIn === 'query' ? 'GET' : 'POST';
}

const filters = z.record(z.string(), z.strictObject({ excludeAt: place })).optional();

export const httpPart = {
  protocols: ['http:', 'https:'],
  top: { http: httpOptions, ...credentialsPart },
  /** A record type may have a path of its own. */
  record: { path: path.optional(), filters },
} as const;

export type HttpOptions = z.output<typeof httpOptions>;
export type PagingOptions = NonNullable<HttpOptions['paging']>;
export type EnvelopeOptions = NonNullable<HttpOptions['envelope']>;
