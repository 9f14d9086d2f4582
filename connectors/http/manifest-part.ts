// What a manifest says of a JSON service: paths, where keys and columns go, pages and the envelope of an answer.
import { z } from 'zod';
import { credentialsPart } from '../credentials/manifest-part.ts';
import { count, dotted } from '../manifest-words.ts';

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

const filters = z.record(z.string(), z.strictObject({ excludeAt: dotted })).optional();

export const httpPart = {
  protocols: ['http:', 'https:'],
  top: { http: httpOptions, ...credentialsPart },
  /** A record type may have a path of its own. */
  record: { path: httpOptions.shape.path.optional(), filters },
} as const;

export type HttpOptions = z.output<typeof httpOptions>;
