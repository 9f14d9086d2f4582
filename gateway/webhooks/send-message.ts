// One attempt to tell an endpoint that notices await its consumer. What is sent names no subject and no record: whoever
// intercepts it learns that something changed, and the consumer reads its list as always.
import { waitOf } from '../../connectors/http/retry-after.ts';
import { type Wire, openWire } from '../../connectors/http/wire.ts';
import { SourceError } from '../../connectors/source-error.ts';
import { cursorAt } from '../recall/change-feed.ts';
import type { Endpoint } from './endpoints.ts';
import type { Attempt, ClaimedMessage } from './message-store.ts';
import { signedHeaders } from './signature.ts';

/** An attempt, and how long the endpoint wants to be left alone. */
export interface Sent extends Attempt {
  readonly wish?: number | undefined;
}

/** Sends to one endpoint over connections of its own. */
export interface Sender {
  /** Never rejects. */
  send(endpoint: Endpoint, message: ClaimedMessage, closing: AbortSignal): Promise<Sent>;
  close(): Promise<void>;
}

/** Milliseconds one attempt has in all; the wire gives the connection one second of them. */
const deadline = 10_000;

export function openSender(address: URL, clock: () => Date): Sender {
  const wire: Wire = openWire({
    address: address.href,
    connections: 1,
    deadline,
    tls: { minVersion: 'TLSv1.2' },
  });
  return {
    send: async ({ url, secrets }, message, closing) => {
      const started = performance.now();
      const took = (): number => performance.now() - started;
      const at = clock();
      const body = bodyOf(message);
      try {
        const { status, header } = await wire.send({
          method: 'POST',
          url,
          headers: signedHeaders({ id: message.id, at, body }, secrets),
          body: { type: 'application/json', text: body },
          accept: ['*/*'],
          statusOnly: true,
          budget: { left: 0 },
          signal: AbortSignal.any([closing, AbortSignal.timeout(deadline)]),
        });
        const sent = { status, milliseconds: took() };
        if (status >= 200 && status < 300) return { outcome: 'DELIVERED', ...sent };
        if (status === 410) return { outcome: 'GONE', ...sent };
        const busy = status === 429 || status === 503;
        return {
          outcome: 'REFUSED',
          ...sent,
          wish: busy ? waitOf(header('retry-after'), clock().getTime()) : undefined,
        };
      } catch (error) {
        if (closing.aborted) return { outcome: 'ABORTED', milliseconds: took() };
        const late = error instanceof SourceError && error.code === 'SOURCE_TIMEOUT';
        return { outcome: late ? 'TIMEOUT' : 'UNREACHABLE', milliseconds: took() };
      }
    },
    close: () => wire.close(),
  };
}

/** The same for every attempt. */
function bodyOf({ up_to, made_at }: ClaimedMessage): string {
  return JSON.stringify({
    type: 'changes.available',
    timestamp: made_at.toISOString(),
    data: { upTo: cursorAt(up_to) },
  });
}
