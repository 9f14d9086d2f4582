// The sandbox agencies of the bench, who may ask about them, and what a gateway over them is configured with.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SANDBOX_AUDIENCE,
  SANDBOX_ISSUER,
  type SandboxIssuer,
  loadOrCreateSandboxIssuer,
} from '../connectors/sandbox/issuer.ts';
import type { CallCounts } from './call-counts.ts';
import { ask, launch } from './children.ts';
import type { Question } from './questions.ts';
import type { SandboxOrder } from './servers/sandbox.ts';

export interface AgenciesOptions {
  readonly root: string;
  /** Folder of the built entries. */
  readonly dist: string;
  /** Folder for everything the bench writes. */
  readonly directory: string;
  readonly questions: readonly Question[];
  readonly say: (line: string) => void;
}

export interface Agencies {
  readonly firstTime: boolean;
  readonly milliseconds: number;
  /** Headers with which a question is asked. */
  readonly authorisation: (question: Question) => Readonly<Record<string, string>>;
  /** Of a gateway; `name` is that of its audit log. */
  readonly environment: (name: string, root?: string) => NodeJS.ProcessEnv;
  readonly order: (what: SandboxOrder) => Promise<CallCounts>;
}

export async function openAgencies(options: AgenciesOptions): Promise<Agencies> {
  const { dist, directory, questions, say } = options;
  await mkdir(directory, { recursive: true });
  const issuer = await loadOrCreateSandboxIssuer(join(directory, 'sandbox'));
  const authorisation = await tokensFor(issuer, questions);
  const started = performance.now();
  let firstTime = false;
  const { child: sandbox, first: agencies } = await launch(
    dist,
    'bench/servers/sandbox.js',
    { ...process.env, ...ports, SANDBOX_DIRECTORY: join(directory, 'sandbox') },
    (message) => {
      if (typeof message['progress'] === 'string') {
        firstTime = true;
        say(message['progress']);
      }
      return message['ready'] as NodeJS.ProcessEnv | undefined;
    },
  );
  const milliseconds = performance.now() - started;
  return {
    firstTime,
    milliseconds,
    authorisation,
    environment: (name, root = options.root) => ({
      ...process.env,
      ...agencies,
      GATEWAY_MODE: 'sandbox',
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      PORT: '0',
      PROJECT_ROOT: root,
      TOKEN_ISSUER: SANDBOX_ISSUER,
      TOKEN_AUDIENCE: SANDBOX_AUDIENCE,
      TOKEN_MAX_AGE: '3600',
      JWKS_FILE: issuer.jwksFile,
      AUDIT_DIRECTORY: join(directory, `audit-${name}`),
      AUDIT_SIGNING_KEY_FILE: join(directory, 'keys', 'audit-signing.key'),
      REPORT_SIGNING_KEY_FILE: join(directory, 'keys', 'report.key'),
      PSEUDONYM_KEY_FILE: join(directory, 'keys', 'pseudonym.key'),
    }),
    order: (what) =>
      ask(sandbox, what, (message) =>
        message['done'] === what ? (message['calls'] as CallCounts) : undefined,
      ),
  };
}

/** What a server says once it listens. */
export function listening(message: Readonly<Record<string, unknown>>): string | undefined {
  return message['listening'] as string | undefined;
}

/** Any free ports, so that a running sandbox is not in the way. */
const ports = {
  SANDBOX_COURT_PORT: '0',
  SANDBOX_PROCUREMENT_PORT: '0',
  SANDBOX_BIDDING_PORT: '0',
  SANDBOX_UTILITIES_PORT: '0',
  SANDBOX_POSTGRES_PORT: '0',
};

async function tokensFor(
  issuer: SandboxIssuer,
  questions: readonly Question[],
): Promise<(question: Question) => Readonly<Record<string, string>>> {
  const tokens = new Map<string, string>();
  for (const { consumer } of questions) {
    tokens.set(consumer, await issuer.sign(consumer, { now: Date.now(), ttlSeconds: 3600 }));
  }
  return ({ consumer, headers }) => ({ authorization: `Bearer ${tokens.get(consumer)}`, ...headers });
}

export async function post(
  url: string,
  question: Question,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: question.body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${question.name}: status ${response.status}: ${text}`);
  return text;
}
