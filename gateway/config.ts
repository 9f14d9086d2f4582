// Configuration: a closed list of environment variables, checked all at once. An unsafe one refuses to start.
// docs/configuration.md is generated from this table; a test compares them.
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../schema/problem.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const count = (most: number): z.ZodCoercedNumber => z.coerce.number().int().min(1).max(most);
const path = z.string().min(1);

interface Key {
  readonly shape: z.ZodType;
  /** Undefined: required, or optional as `shape` says. */
  readonly fallback?: string;
  readonly meaning: string;
}

/** Every variable the gateway reads, with its default and meaning. Sources add those their manifests name. */
export const configurationKeys = {
  PORT: { shape: port, fallback: '4000', meaning: 'Port the gateway listens on; 0 takes a free one.' },
  HOST: { shape: z.string().min(1), fallback: '127.0.0.1', meaning: 'Address the gateway listens on.' },
  ADMIN_PORT: {
    shape: port.optional(),
    meaning: 'Port of the status page and the metrics; PORT + 1 if not set, a free one where PORT is 0.',
  },
  ADMIN_HOST: {
    shape: z.string().min(1),
    fallback: '127.0.0.1',
    meaning:
      'Address of the status page and the metrics. It knows no callers: never one the public can reach.',
  },
  PROJECT_ROOT: {
    shape: path,
    fallback: '.',
    meaning: 'Folder that holds schema, connectors/sources and policies.',
  },
  TOKEN_ISSUER: { shape: z.string().min(1), meaning: 'Issuer (`iss`) whose tokens are believed. Required.' },
  TOKEN_AUDIENCE: { shape: z.string().min(1), meaning: 'Audience (`aud`) a token must name. Required.' },
  JWKS_URI: { shape: z.url().optional(), meaning: "URL of the issuer's key set; this or JWKS_FILE." },
  JWKS_FILE: { shape: path.optional(), meaning: "File with the issuer's key set; this or JWKS_URI." },
  TOKEN_MAX_AGE: {
    shape: count(86_400),
    fallback: '600',
    meaning: 'Longest life of a token in seconds; in production at most 600.',
  },
  AUDIT_DIRECTORY: {
    shape: path,
    fallback: 'data/audit',
    meaning: 'Folder of the audit log. One process per folder.',
  },
  AUDIT_SIGNING_KEY_FILE: {
    shape: path,
    fallback: 'data/keys/audit-signing.key',
    meaning: 'Ed25519 key that signs checkpoints; made if missing, outside production.',
  },
  AUDIT_ANCHOR_FILE: {
    shape: path.optional(),
    meaning: 'File, best on another host, that receives every checkpoint.',
  },
  REPORT_SIGNING_KEY_FILE: {
    shape: path,
    fallback: 'data/keys/report-signing.key',
    meaning: 'Ed25519 key that signs reports; made if missing, outside production.',
  },
  PUBLIC_URL: {
    shape: z.url({ protocol: /^https?$/ }).optional(),
    meaning:
      'Address under which callers reach the gateway, for the links and QR codes of reports; the one it listens on if not set; https in production.',
  },
  PSEUDONYM_KEY_FILE: {
    shape: path,
    fallback: 'data/keys/pseudonym.key',
    meaning: 'Key of the pseudonyms in log and audit; made if missing, outside production.',
  },
  DATABASE_URL: {
    shape: z.string().startsWith('postgres').optional(),
    meaning: "PostgreSQL for the gateway's own state and for staged file deliveries.",
  },
  REDIS_URL: {
    shape: z
      .string()
      .regex(/^rediss?:\/\/./, 'must begin with redis:// or rediss://')
      .optional(),
    meaning: 'Redis in which replicas share what sources said; without it each keeps its own in memory.',
  },
  CACHE_KEY_FILE: {
    shape: path,
    fallback: 'data/keys/cache.key',
    meaning:
      'Key that seals what is kept in Redis, the same for every replica; made if missing, outside production.',
  },
  RECALL_DAYS: {
    // No purpose keeps its trace for less than three years.
    shape: count(1095),
    fallback: '90',
    meaning:
      'Days before a record is corrected, repaired or withdrawn: whoever read it in them is told ([recall.md](recall.md)).',
  },
  MAX_SUBJECTS: { shape: count(100_000), fallback: '100', meaning: 'Subjects one request may name.' },
  MAX_IN_FLIGHT: {
    shape: count(100_000),
    fallback: '256',
    meaning:
      'Most requests under way, waiting ones included; more get OVERLOADED. How many of them are worked on at once follows the load ([operations.md](operations.md#load)).',
  },
  MAX_CONNECTIONS: { shape: count(100_000), fallback: '1024', meaning: 'Open client connections.' },
  REQUEST_DEADLINE: {
    shape: count(30_000),
    fallback: '10000',
    meaning: 'Milliseconds after which all sources of a request are given up.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    shape: z.url({ protocol: /^https?$/ }).optional(),
    meaning:
      'Collector that receives traces as OTLP over HTTP in JSON, at `/v1/traces` below it; without it none are made.',
  },
  TRACE_CALLERS: {
    shape: z.enum(['link', 'parent', 'ignore']),
    fallback: 'link',
    meaning:
      "What becomes of a caller's `traceparent`: a link, the parent (trusted callers only), or nothing.",
  },
  LOG_LEVEL: {
    shape: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'info',
    meaning: 'Least severe log line written.',
  },
  GATEWAY_MODE: {
    shape: z.enum(['production', 'sandbox']),
    fallback: 'production',
    meaning: '`sandbox` is set by `npm start`; everything else is production.',
  },
} as const satisfies Readonly<Record<string, Key>>;

export interface Configuration {
  readonly port: number;
  readonly host: string;
  /** Where operators look. */
  readonly admin: { readonly port: number; readonly host: string };
  readonly root: string;
  readonly sandbox: boolean;
  readonly token: {
    readonly issuer: string;
    readonly audience: string;
    readonly maxAgeSeconds: number;
    readonly keys: { readonly jwksUri: string } | { readonly jwksFile: string };
  };
  readonly audit: {
    readonly directory: string;
    readonly signingKeyFile: string;
    readonly anchorFile?: string;
  };
  readonly reports: {
    readonly signingKeyFile: string;
    /** Without a slash at its end; undefined: the gateway's own address. */
    readonly publicUrl?: string;
  };
  readonly pseudonymKeyFile: string;
  readonly databaseUrl?: string;
  /** How many days before a change readings of a record are told of it. */
  readonly recallDays: number;
  /** Undefined: what sources said is kept in memory. */
  readonly redis?: { readonly url: string; readonly keyFile: string };
  readonly limits: {
    readonly maxSubjects: number;
    readonly maxInFlight: number;
    readonly maxConnections: number;
    readonly requestMilliseconds: number;
  };
  readonly traces: {
    /** Undefined: no traces. */
    readonly endpoint?: string;
    readonly callers: 'link' | 'parent' | 'ignore';
  };
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment. Either a configuration or every problem with it. */
export function readConfiguration(environment: Environment): {
  configuration?: Configuration;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const fail = (name: string, message: string): void => {
    problems.push({ file: 'environment', message: `${name}: ${message}` });
  };
  const values = new Map<string, unknown>();
  for (const [name, key] of Object.entries(configurationKeys) as [string, Key][]) {
    const written = environment[name];
    const given = written === undefined || written === '' ? key.fallback : written;
    const checked = key.shape.safeParse(given);
    if (checked.success) values.set(name, checked.data);
    else
      fail(
        name,
        given === undefined ? `is required. ${key.meaning}` : (checked.error.issues[0]?.message ?? 'invalid'),
      );
  }
  const text = (name: keyof typeof configurationKeys): string => String(values.get(name));
  const number = (name: keyof typeof configurationKeys): number => Number(values.get(name));
  const sandbox = values.get('GATEWAY_MODE') === 'sandbox';
  const uri = values.get('JWKS_URI') as string | undefined;
  const file = values.get('JWKS_FILE') as string | undefined;
  if ((uri === undefined) === (file === undefined))
    fail('JWKS_URI', 'set exactly one of JWKS_URI and JWKS_FILE');
  if (!sandbox) {
    if (number('TOKEN_MAX_AGE') > 600) fail('TOKEN_MAX_AGE', 'may be at most 600 in production');
    if (String(values.get('TOKEN_ISSUER')).includes('sandbox')) {
      fail('TOKEN_ISSUER', 'the sandbox issuer signs for anybody and is refused in production');
    }
    if (uri !== undefined && !uri.startsWith('https://')) fail('JWKS_URI', 'must be https in production');
    if (values.get('PUBLIC_URL') !== undefined && !String(values.get('PUBLIC_URL')).startsWith('https://'))
      fail('PUBLIC_URL', 'must be https in production');
  }
  const adminPort = values.get('ADMIN_PORT') as number | undefined;
  if (adminPort === undefined && number('PORT') === 65_535)
    fail('ADMIN_PORT', 'is required beside this PORT');
  if (adminPort === number('PORT') && adminPort !== 0) fail('ADMIN_PORT', 'must not be PORT');
  if (problems.length > 0) return { problems };
  const root = text('PROJECT_ROOT');
  const within = (name: keyof typeof configurationKeys): string =>
    isAbsolute(text(name)) ? text(name) : join(root, text(name));
  const anchor = values.get('AUDIT_ANCHOR_FILE');
  const endpoint = values.get('OTEL_EXPORTER_OTLP_ENDPOINT') as string | undefined;
  const database = values.get('DATABASE_URL') as string | undefined;
  const redis = values.get('REDIS_URL') as string | undefined;
  const publicUrl = values.get('PUBLIC_URL') as string | undefined;
  return {
    problems,
    configuration: {
      port: number('PORT'),
      host: text('HOST'),
      admin: {
        port: adminPort ?? (number('PORT') === 0 ? 0 : number('PORT') + 1),
        host: text('ADMIN_HOST'),
      },
      root,
      sandbox,
      token: {
        issuer: text('TOKEN_ISSUER'),
        audience: text('TOKEN_AUDIENCE'),
        maxAgeSeconds: number('TOKEN_MAX_AGE'),
        keys: uri === undefined ? { jwksFile: within('JWKS_FILE') } : { jwksUri: uri },
      },
      audit: {
        directory: within('AUDIT_DIRECTORY'),
        signingKeyFile: within('AUDIT_SIGNING_KEY_FILE'),
        ...(anchor === undefined ? {} : { anchorFile: within('AUDIT_ANCHOR_FILE') }),
      },
      reports: {
        signingKeyFile: within('REPORT_SIGNING_KEY_FILE'),
        ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/+$/, '') }),
      },
      pseudonymKeyFile: within('PSEUDONYM_KEY_FILE'),
      ...(database === undefined ? {} : { databaseUrl: database }),
      ...(redis === undefined ? {} : { redis: { url: redis, keyFile: within('CACHE_KEY_FILE') } }),
      recallDays: number('RECALL_DAYS'),
      limits: {
        maxSubjects: number('MAX_SUBJECTS'),
        maxInFlight: number('MAX_IN_FLIGHT'),
        maxConnections: number('MAX_CONNECTIONS'),
        requestMilliseconds: number('REQUEST_DEADLINE'),
      },
      traces: {
        callers: values.get('TRACE_CALLERS') as Configuration['traces']['callers'],
        ...(endpoint === undefined ? {} : { endpoint }),
      },
      logLevel: text('LOG_LEVEL'),
    },
  };
}
