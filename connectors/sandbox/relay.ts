// A TCP relay on loopback that a test can cut: what a database looks like when it is gone, silent or reset.
import { createServer, connect, type Server, type Socket } from 'node:net';
import { listen } from './loopback-port.ts';

/**
 * pass: forwards. refuse: nobody listens and live connections are closed. blackhole: connections are accepted
 * and stay open, no byte moves. reset: live and new connections get a TCP reset.
 */
export type RelayMode = 'pass' | 'refuse' | 'blackhole' | 'reset';

export interface Relay {
  readonly port: number;
  setMode(mode: RelayMode): Promise<void>;
  stop(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** A connection that lost bytes can never be sound again. */
  lossy: boolean;
}

/** Starts a relay on loopback; port 0 takes a free one. */
export async function startRelay(options: {
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
}): Promise<Relay> {
  let mode: RelayMode = 'pass';
  const pairs = new Set<Pair>();

  const accept = (near: Socket): void => {
    if (mode === 'reset') {
      near.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const pair: Pair = {
      near,
      far: connect({ ...options.target, noDelay: true }),
      lossy: false,
    };
    near.setNoDelay(true);
    pairs.add(pair);
    for (const [from, to] of [
      [pair.near, pair.far],
      [pair.far, pair.near],
    ] as const) {
      from.on('data', (bytes) => {
        if (mode === 'blackhole') pair.lossy = true;
        else if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  };

  let server: Server | undefined = createServer({ allowHalfOpen: true }, accept);
  const port = await listen(server, options.port, 'relay', 'the port of the relay');

  const close = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
    if (closing) await new Promise<void>((done) => closing.close(() => done()));
  };

  return {
    port,
    setMode: async (next) => {
      mode = next;
      if (next === 'refuse') return close();
      if (next === 'reset') for (const { near } of pairs) near.resetAndDestroy();
      if (next === 'pass') for (const { near, lossy } of pairs) if (lossy) near.destroy();
      if (!server) {
        server = createServer({ allowHalfOpen: true }, accept);
        await listen(server, port, 'relay', 'the port of the relay');
      }
    },
    stop: close,
  };
}
