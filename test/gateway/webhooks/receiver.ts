// A consumer's endpoint, as its own developers would write it: real HTTP on loopback, signatures checked as the
// specification says, answers as a test wants them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface Received {
  readonly id: string;
  readonly timestamp: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether any signature is by a secret the receiver knows. */
  readonly genuine: boolean;
  readonly signatures: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** How it answers; a status, or anything done to the response. */
  answer: number | ((response: ServerResponse, request: IncomingMessage) => void);
  stop(): Promise<void>;
}

export async function startReceiver(secrets: readonly string[]): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const header = (name: string): string => String(request.headers[`webhook-${name}`]);
      const signatures = header('signature').split(' ');
      const expected = secrets.map((secret) =>
        createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
          .update(`${header('id')}.${header('timestamp')}.${body}`)
          .digest(),
      );
      const genuine = signatures.some((signature) => {
        const given = Buffer.from(signature.replace('v1,', ''), 'base64');
        return expected.some((one) => one.length === given.length && timingSafeEqual(one, given));
      });
      received.push({
        id: header('id'),
        timestamp: header('timestamp'),
        body,
        headers: request.headers as Record<string, string>,
        genuine,
        signatures: signatures.length,
      });
      const { answer } = receiver;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/credit`,
    received,
    answer: 204,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
