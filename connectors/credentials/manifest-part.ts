// What a manifest says of how an agency knows us: the way, and the names of the secrets; never a secret itself.
import { z } from 'zod';
import { placeholdersOf, signedPlaces } from './canonical-text.ts';

/** `${NAME}` or `file:/path`; resolved by read-credentials.ts. */
const reference = z
  .string()
  .regex(
    /^(?:\$\{[A-Z][A-Z0-9_]*\}|file:\/.+)$/,
    'a manifest never holds a secret; write ${NAME} or file:/path/to/secret',
  )
  .brand<'Reference'>();

/** Headers that say how a message travels, not who sent it. */
const TRAVEL = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'],
  ...['content-type', 'accept', 'accept-encoding', 'if-none-match', 'if-modified-since', 'keep-alive'],
]);

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'is not the name of a header')
  .refine((name) => !TRAVEL.has(name.toLowerCase()), 'is a header the transport writes itself');

const printable = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/, 'write plain ASCII text');

const oauth2 = z
  .strictObject({
    /** URL of the token endpoint. Its host is fixed: nothing it answers leads elsewhere. */
    token: reference,
    client: reference,
    secret: reference.optional(),
    /** How the client proves itself there: HTTP Basic, in the form, or by the certificate of `tls`. */
    authentication: z.enum(['basic', 'post', 'tls']).default('basic'),
    scope: printable.optional(),
    audience: printable.optional(),
    resource: printable.optional(),
  })
  .refine(({ secret, authentication }) => (secret === undefined) === (authentication === 'tls'), {
    path: ['secret'],
    message: 'name the secret; only authentication: tls has none',
  });

const apiKey = z
  .strictObject({ header: headerName.optional(), query: printable.optional(), value: reference })
  .refine(({ header, query }) => (header === undefined) !== (query === undefined), {
    message: 'write either header or query',
  });

const basic = z.strictObject({ user: reference, password: reference });
const bearer = z.strictObject({ token: reference });

const template = (places: readonly string[]) =>
  z
    .string()
    .min(1)
    .max(1000)
    .superRefine((text, context) => {
      const unknown = placeholdersOf(text).find((place) => !places.includes(place));
      if (unknown !== undefined) {
        context.addIssue({ code: 'custom', message: `{${unknown}} is none of ${places.join(', ')}` });
      }
    });

const hmac = z
  .strictObject({
    algorithm: z.enum(['sha256', 'sm3']),
    key: reference,
    keyId: reference.optional(),
    /** The text that is signed. */
    sign: template(signedPlaces),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    timestamp: z.enum(['seconds', 'milliseconds', 'iso']).default('seconds'),
    headers: z.record(headerName, template([...signedPlaces, 'signature']).and(printable)),
  })
  .superRefine(({ sign, headers, keyId }, context) => {
    const sent = Object.values(headers).flatMap(placeholdersOf);
    const used = [...placeholdersOf(sign), ...sent];
    const must = (met: boolean, path: string, message: string): void => {
      if (!met) context.addIssue({ code: 'custom', path: [path], message });
    };
    must(sent.includes('signature'), 'headers', 'one must carry the {signature}');
    must(keyId !== undefined || !used.includes('key-id'), 'keyId', 'name it where {key-id} is written');
    for (const place of ['timestamp', 'nonce']) {
      // The agency cannot know what we made up.
      const told = !placeholdersOf(sign).includes(place) || sent.includes(place);
      must(told, 'headers', `one must carry the {${place}} that is signed`);
    }
  });

const tls = z
  .strictObject({
    /** Authorities that may vouch for the agency, instead of the well-known ones. PEM. */
    ca: reference.optional(),
    cert: reference.optional(),
    key: reference.optional(),
    passphrase: reference.optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    message: 'cert and key come together',
  })
  .refine(({ ca, cert }) => ca !== undefined || cert !== undefined, { message: 'name ca, or cert and key' });

const credentials = z
  .strictObject({
    oauth2: oauth2.optional(),
    apiKey: apiKey.optional(),
    basic: basic.optional(),
    bearer: bearer.optional(),
    hmac: hmac.optional(),
    tls: tls.optional(),
  })
  .superRefine((written, context) => {
    const names = [
      ...(written.oauth2 ? ['authorization'] : []),
      ...(written.basic ? ['authorization'] : []),
      ...(written.bearer ? ['authorization'] : []),
      ...(written.apiKey?.header === undefined ? [] : [written.apiKey.header.toLowerCase()]),
      ...Object.keys(written.hmac?.headers ?? {}).map((name) => name.toLowerCase()),
    ];
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', message: `two of them write the header ${twice}` });
    if (written.oauth2?.authentication === 'tls' && written.tls?.cert === undefined) {
      context.addIssue({ code: 'custom', path: ['tls'], message: 'name the cert and key of the client' });
    }
  });

/** A top-level part for every transport that speaks HTTP. */
export const credentialsPart = { credentials: credentials.optional() } as const;

export type WrittenCredentials = z.output<typeof credentials>;
export type Reference = z.output<typeof reference>;
