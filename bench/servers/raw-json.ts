// The yardstick: node:http, the request parsed, the captured answer encoded every time, and nothing else.
// POST /Q1, /Q2 or /Q3.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayReady } from '../../gateway/main.ts';
import type { Captured } from '../captured.ts';

const { answers } = JSON.parse(await readFile(process.env['BENCH_CAPTURED'] ?? '', 'utf8')) as Captured;
const byPath = new Map<string, unknown>(
  Object.entries(answers).map(([name, answer]) => [`/${name}`, answer]),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly query?: string };
    const answer = typeof query === 'string' ? byPath.get(request.url ?? '') : undefined;
    const body = Buffer.from(JSON.stringify(answer ?? { errors: ['unknown question'] }));
    response.writeHead(answer === undefined ? 404 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ listening: `http://127.0.0.1:${port}` } satisfies Pick<GatewayReady, 'listening'>);
});
process.on('disconnect', () => process.exit());
