// What every transport over HTTP asks an agency with: the wire, who we are, and the agency's wish to be left alone.
import { type Credentials, openCredentials } from '../credentials/open-credentials.ts';
import type { CredentialSettings } from '../credentials/read-credentials.ts';
import type { Limits } from '../manifest.ts';
import { RefusedStatus } from './failure.ts';
import { openPause } from './retry-after.ts';
import { type HttpAnswer, type HttpCall, type Wire, openWire } from './wire.ts';

export interface HttpClientOptions {
  /** URL of the source; no call leaves its origin. */
  readonly address: string;
  readonly limits: Limits;
  readonly credentials: CredentialSettings | undefined;
  readonly clock: () => Date;
}

export type HttpClient = Wire;

/** One per source. `send` asks at most twice, and only when a token was refused. */
export function openHttpClient({
  address,
  limits,
  credentials: settings,
  clock,
}: HttpClientOptions): HttpClient {
  const credentials: Credentials = openCredentials({ settings, deadline: limits.deadline, clock });
  const wire = openWire({
    address,
    connections: limits.concurrency,
    deadline: limits.deadline,
    tls: credentials.tls,
  });
  const pause = openPause(clock);

  const attempt = async (call: HttpCall, again: boolean): Promise<HttpAnswer> => {
    pause.check();
    const { method, url, body } = call;
    const proof = await credentials.prove({ method, url, body: body?.text ?? '' }, call.signal);
    try {
      return await wire.send({ ...call, url: proof.url, headers: { ...call.headers, ...proof.headers } });
    } catch (error) {
      pause.learn(error);
      const unknown = error instanceof RefusedStatus && error.status === 401;
      if (unknown && again && credentials.refused(proof)) return attempt(call, false);
      throw error;
    }
  };

  return {
    send: (call) => attempt(call, true),
    probe: (signal) => wire.probe(signal),
    close: async () => {
      await Promise.all([wire.close(), credentials.close()]);
    },
  };
}
