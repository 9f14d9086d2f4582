// A whole running gateway for journeys: sandbox agencies on free ports with journals and relays, the real server
// in this process, the sandbox issuer's tokens. Nothing in between is replaced.
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../connectors/sandbox/agencies.ts';
import { castMember } from '../../connectors/sandbox/generator/cast.ts';
import { loadOrCreateSandboxIssuer } from '../../connectors/sandbox/issuer.ts';
import { readConfiguration } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { copyWithOwnNames } from './own-names.ts';

/** Beijing noon of a fixed day: what is in force is counted from it. */
export const NOW = new Date('2026-11-22T04:00:00Z');
export const TODAY = '2026-11-22';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: any; // JSON as it came: a test reads what it expects.
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: { readonly code: string; readonly source?: string; readonly at?: string };
    }[];
    readonly extensions?: {
      readonly request: string;
      readonly withheld?: readonly {
        readonly coordinate: string;
        readonly outcome: string;
        readonly reason: string;
      }[];
    };
  };
  readonly text: string;
}

export interface Ask {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly consumer?: string;
  /** Whom the consumer's token speaks for. */
  readonly subject?: { readonly kind: 'Organization' | 'Person'; readonly id: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** When the token is issued; now if not given. */
  readonly at?: Date;
}

export interface RunningGateway {
  readonly sandbox: Sandbox;
  readonly gateway: Gateway;
  readonly auditDirectory: string;
  /** What it was configured with: for a second gateway beside it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly root: string;
  /** Log lines written, as objects. */
  readonly logged: readonly unknown[];
  token(consumer: string, subject?: Ask['subject'], at?: Date): Promise<string>;
  ask(ask: Ask): Promise<Answer>;
  /** Every entry of the audit log so far. */
  entries(): readonly any[];
  /** Posts bytes as they are. */
  post(body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export async function runGateway(
  options: {
    readonly journal?: boolean;
    readonly relays?: boolean;
    readonly environment?: Readonly<Record<string, string>>;
    /** Whether consumers may name only what they may use. */
    readonly ownNames?: boolean;
    /** Noon of `today` unless the hour or a foreign issuer's clock matters; the agencies go by it, too. */
    readonly now?: () => Date;
    /** Day from which the agencies' records are counted; TODAY if not given. */
    readonly today?: string;
  } = {},
): Promise<RunningGateway> {
  const today = options.today ?? TODAY;
  const clock = options.now ?? (() => new Date(`${today}T04:00:00Z`));
  const root = mkdtempSync(join(tmpdir(), 'journey-'));
  chmodSync(root, 0o755);
  const sandbox = await startSandbox(
    {
      world: { seed: 1, organisations: 2_000, persons: 300, today },
      directory: join(root, 'sandbox'),
      ports: { court: 0, procurement: 0, utilities: 0, bidding: 0, postgres: 0 },
      journal: options.journal ?? false,
    },
    { now: clock, onProgress: () => undefined, relays: options.relays ?? false },
  );
  const issuer = await loadOrCreateSandboxIssuer(join(root, 'sandbox'));
  if (options.ownNames === true) copyWithOwnNames(join(root, 'project'));
  const environment = {
    ...sandbox.environment,
    GATEWAY_MODE: 'sandbox',
    PORT: '0',
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: issuer.audience,
    TOKEN_MAX_AGE: '3600',
    JWKS_FILE: issuer.jwksFile,
    AUDIT_DIRECTORY: join(root, 'audit'),
    AUDIT_SIGNING_KEY_FILE: join(root, 'keys/audit.key'),
    REPORT_SIGNING_KEY_FILE: join(root, 'keys/report.key'),
    PSEUDONYM_KEY_FILE: join(root, 'keys/pseudonym.key'),
    ...(options.ownNames === true ? { PROJECT_ROOT: join(root, 'project') } : {}),
    ...options.environment,
  };
  const { configuration, problems } = readConfiguration(environment);
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  const logged: unknown[] = [];
  const write = (context: Readonly<Record<string, unknown>>, message: string): void =>
    void logged.push({ ...context, message });
  const gateway = await startGateway({
    configuration,
    environment,
    log: { info: write, warn: write, error: write },
    clock,
    onFatal: (error) => void logged.push({ fatal: error.message }),
  });
  const token: RunningGateway['token'] = (consumer, subject, at = clock()) =>
    issuer.sign(consumer, { now: at.getTime(), ...(subject === undefined ? {} : { subject }) });
  const post: RunningGateway['post'] = async (body, headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body as never,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Answer['body'],
    };
  };
  return {
    sandbox,
    gateway,
    root,
    logged,
    token,
    post,
    auditDirectory: join(root, 'audit'),
    environment,
    entries: () =>
      readdirSync(join(root, 'audit'))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .flatMap((name) =>
          readFileSync(join(root, 'audit', name), 'utf8')
            .trimEnd()
            .split('\n'),
        )
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    ask: async ({ query, variables, consumer, subject, headers, at }) =>
      post(JSON.stringify({ query, variables }), {
        ...(consumer === undefined ? {} : { authorization: `Bearer ${await token(consumer, subject, at)}` }),
        ...headers,
      }),
    stop: async () => {
      await gateway.close();
      await sandbox.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A documented operation by name. */
export function operation(name: string): { readonly query: string; readonly variables: Record<string, any> } {
  const file = `docs/operations/${name}`;
  return {
    query: readFileSync(`${file}.graphql`, 'utf8'),
    variables: JSON.parse(readFileSync(`${file}.variables.json`, 'utf8')) as Record<string, unknown>,
  };
}

/** Headers of the two main questions. */
export const procurement = { 'credit-purpose': 'government-procurement' } as const;
export const promotion = {
  'credit-purpose': 'promotion-review',
  'credit-case': 'GB-2026-0042',
  'credit-user': 'example.user',
} as const;

/** Identifier of a cast member. */
export const id = (key: string): string => castMember(key).id;
