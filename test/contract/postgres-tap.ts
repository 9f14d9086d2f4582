// Listens on the wire between the gateway and a PostgreSQL server and writes down every statement executed, with its
// parameters. What is written down is what left the gateway, whatever the server is.
import { connect, createServer } from 'node:net';
import { listen } from '../../connectors/sandbox/loopback-port.ts';

export interface TappedStatement {
  readonly text: string;
  readonly parameters: readonly (string | null)[];
}

export interface PostgresTap {
  readonly port: number;
  readonly statements: readonly TappedStatement[];
  /** Sync messages: one ends each round trip of a statement. */
  roundTrips(): number;
  clear(): void;
  stop(): Promise<void>;
}

export async function startTap(target: {
  readonly host: string;
  readonly port: number;
}): Promise<PostgresTap> {
  let statements: TappedStatement[] = [];
  let syncs = 0;
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((near) => {
    const far = connect({ ...target, noDelay: true });
    const reader = readFrontend(
      (statement) => statements.push(statement),
      () => (syncs += 1),
    );
    near.setNoDelay(true);
    near.on('data', reader);
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        sockets.delete(socket);
      });
    }
  });
  const port = await listen(server, 0, 'tap', 'PORT');
  return {
    port,
    get statements() {
      return statements;
    },
    roundTrips: () => syncs,
    clear: () => {
      statements = [];
      syncs = 0;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Messages of the frontend: a type byte and a length, but for the first, which has no type. */
function readFrontend(
  onStatement: (statement: TappedStatement) => void,
  onSync: () => void,
): (bytes: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let started = false;
  const prepared = new Map<string, string>();
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      const head = started ? 1 : 0;
      if (pending.length < head + 4) return;
      const end = head + pending.readInt32BE(head);
      if (pending.length < end) return;
      const type = started ? String.fromCharCode(pending[0]!) : '';
      const body = pending.subarray(head + 4, end);
      pending = pending.subarray(end);
      started = true;
      if (type === 'P') {
        const [name, text] = texts(body);
        prepared.set(name!, text!);
      } else if (type === 'B') {
        const [portal, name] = texts(body);
        const from = Buffer.byteLength(portal!) + Buffer.byteLength(name!) + 2;
        onStatement({ text: prepared.get(name!) ?? '', parameters: readValues(body, from) });
      } else if (type === 'S') onSync();
      else if (type === 'Q') onStatement({ text: texts(body)[0]!, parameters: [] });
    }
  };
}

function texts(body: Buffer): string[] {
  return body.toString('utf8').split('\0');
}

function readValues(body: Buffer, start: number): (string | null)[] {
  let at = start + 2 + 2 * body.readInt16BE(start);
  const count = body.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length === -1) return null;
    at += length;
    return body.toString('utf8', at - length, at);
  });
}
