// Reads a request body: JSON, UTF-8, at most 100 kB, one request and not an array of them.
import type { IncomingMessage } from 'node:http';
import { ClientError } from '../errors.ts';

export const maxBodyBytes = 100_000;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The parsed body. Throws ClientError; never repeats what was sent. */
export async function readJsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)) {
    throw new ClientError('UNSUPPORTED_MEDIA_TYPE');
  }
  if (request.headers['content-encoding'] !== undefined) throw new ClientError('UNSUPPORTED_MEDIA_TYPE');
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
    throw new ClientError('PAYLOAD_TOO_LARGE');
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) throw new ClientError('PAYLOAD_TOO_LARGE');
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ClientError ? error : new ClientError('MALFORMED_REQUEST');
  }
  let body: unknown;
  try {
    body = JSON.parse(decoder.decode(Buffer.concat(chunks, length)));
  } catch {
    throw new ClientError('MALFORMED_REQUEST');
  }
  if (!isRequest(body)) throw new ClientError('MALFORMED_REQUEST');
  return body;
}

function isRequest(body: unknown): body is Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const isObject = (value: unknown): boolean =>
    value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
  return (
    typeof query === 'string' &&
    query !== '' &&
    isObject(variables) &&
    isObject(extensions) &&
    (operationName === undefined || operationName === null || typeof operationName === 'string')
  );
}
