// What a manifest says of a SOAP service: the stored WSDL, the operation, and where in its messages things are. Paths
// name elements from the message's own element downwards: data/arrear, arrear/@code, or . for that element itself.
import { z } from 'zod';
import { credentialsPart } from '../credentials/manifest-part.ts';
import { count, name } from '../manifest-words.ts';

const path = z
  .string()
  .regex(
    /^(?:\.|[^\s/@.][^\s/@]*(?:\/[^\s/@]+)*(?:\/@[^\s/@]+)?)$/,
    'write element names such as data/arrear',
  );

const keys = z.strictObject({
  at: path,
  /** Keys of one call; 1: a call for each. */
  max: count(10_000),
  /** Calls of one request that are on their way at once. */
  atOnce: count(32).default(4),
});
const columns = z.strictObject({ at: path });
const envelope = z.strictObject({
  items: path,
  asOf: path.optional(),
  okAt: path.optional(),
  okIs: z.union([z.string(), z.number(), z.boolean()]).optional(),
});

const soapOptions = z.strictObject({
  wsdl: z
    .string()
    .regex(/^[^/\\:.][^/\\:]*(?:\/[^/\\:.][^/\\:]*)*$/, 'write the name of a file beside the manifest'),
  service: name,
  port: name,
  operation: name,
  keys,
  columns: columns.optional(),
  envelope,
  /** What else the request must hold. Secrets by ${NAME} or file:/path. */
  constants: z.record(path, z.union([z.string(), z.number(), z.boolean()])).optional(),
  security: z
    .strictObject({
      username: z.string(),
      password: z.string(),
      /** `text` is sent over TLS only. */
      type: z.enum(['digest', 'text']).default('digest'),
    })
    .optional(),
});

const filters = z.record(z.string(), z.strictObject({ excludeAt: path })).optional();

export const soapPart = {
  protocols: ['http:', 'https:'],
  top: { soap: soapOptions, ...credentialsPart },
  /** A record type may have an operation of its own, with messages of its own. */
  record: {
    operation: name.optional(),
    keys: keys.optional(),
    columns: columns.optional(),
    envelope: envelope.optional(),
    constants: soapOptions.shape.constants,
    filters,
  },
} as const;

export type SoapOptions = z.output<typeof soapOptions>;
