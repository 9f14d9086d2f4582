// Where consumers want to be told, resolved from policies/consumers.yaml: addresses and secrets come from the environment
// or from files. Every problem is found at once; nothing secret is in its words.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isSafe } from '../../connectors/credentials/read-credentials.ts';
import { type Environment, Secret, lookUp } from '../../connectors/secret.ts';
import type { Consumer, Consumers } from '../../policies/engine/consumers.ts';
import type { Problem } from '../../schema/problem.ts';
import { secretProblem } from './signature.ts';

/** One consumer's endpoint. */
export interface Endpoint {
  readonly consumer: string;
  readonly url: URL;
  /** The one in use, and beside it the one that replaces it or that it replaced. */
  readonly secrets: readonly Secret[];
  /** Changes with the address. */
  readonly fingerprint: string;
}

export interface EndpointOptions {
  /** Folder of the policies, to say where a problem is. */
  readonly directory: string;
  readonly environment: Environment;
  /** False: an offline check, where what is not set is no problem. */
  readonly required?: boolean;
}

/** Endpoints by consumer. */
export function readEndpoints(
  { consumers }: Consumers,
  { directory, environment, required = true }: EndpointOptions,
): { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly problems: readonly Problem[] } {
  const endpoints = new Map<string, Endpoint>();
  const problems: Problem[] = [];
  for (const consumer of consumers.values()) {
    if (consumer.webhook === undefined) continue;
    const read = readEndpoint(consumer, consumer.webhook, environment);
    if ('endpoint' in read) endpoints.set(consumer.name, read.endpoint);
    else if (required || !read.unset)
      problems.push({
        file: join(directory, 'consumers.yaml'),
        message: `${consumer.name}.webhook.${read.problem}`,
      });
  }
  return { endpoints, problems };
}

type Read =
  | { readonly endpoint: Endpoint }
  | { readonly problem: string; /** Nothing is there. */ readonly unset: boolean };

function readEndpoint(
  { name }: Consumer,
  { url, secrets }: NonNullable<Consumer['webhook']>,
  environment: Environment,
): Read {
  const wrong = (problem: string): Read => ({ problem, unset: false });
  const address = lookUp(url, environment);
  if (!address.ok) return { problem: `url: ${address.message}`, unset: true };
  if (!URL.canParse(address.value)) return wrong('url: what it holds is not a URL');
  const parsed = new URL(address.value);
  if (!isSafe(address.value)) return wrong('url: must be https://, but on this machine');
  if (parsed.username !== '' || parsed.password !== '' || parsed.hash !== '')
    return wrong('url: must hold neither a user nor a fragment');
  const held: Secret[] = [];
  for (const [place, written] of secrets.entries()) {
    const found = lookUp(written, environment);
    if (!found.ok) return { problem: `secrets.${place}: ${found.message}`, unset: true };
    const secret = new Secret(found.value);
    const problem = secretProblem(secret);
    if (problem !== undefined) return wrong(`secrets.${place}: ${problem}`);
    held.push(secret);
  }
  const fingerprint = createHash('sha256').update(parsed.href).digest('hex');
  return { endpoint: { consumer: name, url: parsed, secrets: held, fingerprint } };
}
