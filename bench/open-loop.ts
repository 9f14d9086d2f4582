// Clients who do not wait: each asks at its own even times, whatever has become of its last question. Every answer is
// looked at, and is whole, not whole, or a refusal that says when to come back.
import { type Socket, connect } from 'node:net';
import { openAttentiveClock } from '../connectors/resilience/attentive-clock.ts';
import { type Target, isRight, quantile } from './load.ts';

/** Milliseconds. */
export interface OpenLoopResult {
  readonly offeredPerSecond: number;
  readonly wholePerSecond: number;
  readonly whole: number;
  /** Those asked while warming up, too. */
  readonly allWhole: number;
  readonly notWhole: number;
  readonly refused: number;
  /** Neither an answer nor a proper refusal. */
  readonly failed: number;
  readonly answered: Times;
  readonly refusal: Times;
}

export interface Times {
  readonly p50: number;
  readonly p99: number;
}

export interface OpenLoop {
  readonly clients: number;
  /** Milliseconds between two questions of a client. */
  readonly every: number;
  readonly warmUp: number;
  readonly seconds: number;
}

interface Reply {
  readonly status: number;
  readonly retryAfter: boolean;
  readonly body: string;
}

/** Asks for `warmUp` and then `seconds`; what was asked in the latter counts, and is waited for. */
export async function openLoop(target: Target, { clients, every, warmUp, seconds }: OpenLoop) {
  const bytes = requestBytes(target);
  const { hostname, port } = new URL(target.url);
  const idle: Socket[] = [];
  const open = new Set<Socket>();
  const answered: number[] = [];
  const refusals: number[] = [];
  const counts = { whole: 0, notWhole: 0, refused: 0, failed: 0, offered: 0, wholeInTime: 0, allWhole: 0 };
  const pending = new Set<Promise<void>>();
  // A pause of this process is no slowness of the server.
  const clock = openAttentiveClock();
  const from = performance.now() + warmUp * 1000;
  const to = from + seconds * 1000;

  const ask = async (): Promise<void> => {
    const started = performance.now();
    const asked = clock.now();
    const counted = started >= from && started < to;
    if (counted) counts.offered += 1;
    // A connection that is still busy with the last question is no reason to wait.
    const socket = idle.pop() ?? dial(hostname, Number(port), open);
    const reply = await exchange(socket, bytes).catch(() => undefined);
    const ended = performance.now();
    const took = clock.now() - asked;
    if (reply === undefined) socket.destroy();
    else idle.push(socket);
    const right = reply?.status === 200 && isRight(reply.body, target);
    if (right) counts.allWhole += 1;
    if (right && ended >= from && ended < to) counts.wholeInTime += 1;
    if (!counted) return;
    if (right) counts.whole += 1;
    else if (reply?.status === 200) counts.notWhole += 1;
    else if (reply?.status === 503 && reply.retryAfter) counts.refused += 1;
    else counts.failed += 1;
    if (reply?.status === 200) answered.push(took);
    else if (reply?.status === 503) refusals.push(took);
  };
  await new Promise<void>((resolve) => {
    // Even times, shifted against each other, so that a second holds as many questions as any other.
    const next = Array.from(
      { length: clients },
      (_, client) => performance.now() + (client * every) / clients,
    );
    const turn = setInterval(() => {
      const at = performance.now();
      if (at >= to) {
        clearInterval(turn);
        resolve();
        return;
      }
      next.forEach((due, client) => {
        if (at < due) return;
        next[client] = due + every;
        const asking = ask().finally(() => pending.delete(asking));
        pending.add(asking);
      });
    }, 1);
  });
  await Promise.all(pending);
  for (const socket of open) socket.destroy();
  clock.close();
  const times = (values: number[]): Times => {
    values.sort((a, b) => a - b);
    return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  };
  return {
    offeredPerSecond: counts.offered / seconds,
    wholePerSecond: counts.wholeInTime / seconds,
    whole: counts.whole,
    allWhole: counts.allWhole,
    notWhole: counts.notWhole,
    refused: counts.refused,
    failed: counts.failed,
    answered: times(answered),
    refusal: times(refusals),
  } satisfies OpenLoopResult;
}

function requestBytes({ url, headers, body }: Target): Buffer {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

function dial(host: string, port: number, open: Set<Socket>): Socket {
  const socket = connect({ host, port, noDelay: true });
  open.add(socket);
  socket.on('error', () => undefined);
  socket.once('close', () => open.delete(socket));
  return socket;
}

/** Longest anybody waits for an answer, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Sends and reads one answer of a known length. Rejects when the connection ends before. */
function exchange(socket: Socket, bytes: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let whole = Infinity;
    let head = '';
    const end = (): void => {
      clearTimeout(patience);
      socket.off('data', read).off('close', lose);
    };
    const lose = (): void => {
      end();
      reject(new Error('no answer'));
    };
    const patience = setTimeout(lose, PATIENCE_MS);
    const read = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (head === '') {
        const text = Buffer.concat(chunks).toString('latin1');
        const border = text.indexOf('\r\n\r\n');
        if (border < 0) return;
        head = text.slice(0, border);
        whole = border + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      }
      if (length < whole) return;
      end();
      resolve({
        status: Number(head.slice(9, 12)),
        retryAfter: /\r\nretry-after: \d+/i.test(head),
        body: Buffer.concat(chunks)
          .subarray(head.length + 4)
          .toString('utf8'),
      });
    };
    socket.on('data', read).once('close', lose);
    socket.write(bytes);
  });
}
