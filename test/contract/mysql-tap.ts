// Listens on the wire between the gateway and a MariaDB server and writes down every prepared statement executed, with
// its parameters. What is written down is what left the gateway, whatever the server is.
import { connect, createServer } from 'node:net';
import { listen } from '../../connectors/sandbox/loopback-port.ts';

export interface TappedCommand {
  /** Text of the statement; of a plain query its own. */
  readonly text: string;
  readonly parameters: readonly (string | null)[];
  readonly kind: 'prepare' | 'execute' | 'query';
}

export interface MysqlTap {
  readonly port: number;
  readonly commands: readonly TappedCommand[];
  clear(): void;
  stop(): Promise<void>;
}

const QUERY = 0x03;
const PREPARE = 0x16;
const EXECUTE = 0x17;

export async function startMysqlTap(target: {
  readonly host: string;
  readonly port: number;
}): Promise<MysqlTap> {
  let commands: TappedCommand[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((near) => {
    const far = connect({ ...target, noDelay: true });
    const reader = readConversation((command) => commands.push(command));
    near.setNoDelay(true);
    near.on('data', reader.sent);
    far.on('data', reader.received);
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
    get commands() {
      return commands;
    },
    clear: () => {
      commands = [];
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readConversation(tell: (command: TappedCommand) => void) {
  const statements = new Map<number, { readonly text: string; readonly parameters: number }>();
  let preparing: string | undefined;
  const sent = packets((sequence, body) => {
    // A command begins a sequence; the handshake's answers do not.
    if (sequence !== 0) return;
    const text = (): string => body.toString('utf8', 1);
    if (body[0] === QUERY) tell({ kind: 'query', text: text(), parameters: [] });
    if (body[0] === PREPARE) {
      preparing = text();
      tell({ kind: 'prepare', text: preparing, parameters: [] });
    }
    if (body[0] === EXECUTE) {
      const statement = statements.get(body.readUInt32LE(1));
      if (statement === undefined) return;
      tell({
        kind: 'execute',
        text: statement.text,
        parameters: readParameters(body, statement.parameters),
      });
    }
  });
  const received = packets((sequence, body) => {
    if (sequence !== 1 || preparing === undefined) return;
    if (body[0] === 0)
      statements.set(body.readUInt32LE(1), { text: preparing, parameters: body.readUInt16LE(7) });
    preparing = undefined;
  });
  return { sent, received };
}

/** Cuts a stream into packets: three bytes of length, a sequence number, the body. */
function packets(receive: (sequence: number, body: Buffer) => void): (bytes: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 4) {
      const end = 4 + pending.readUIntLE(0, 3);
      if (pending.length < end) return;
      const [sequence, body] = [pending[3]!, pending.subarray(4, end)];
      pending = pending.subarray(end);
      receive(sequence, body);
    }
  };
}

/** Id, flags, iterations; then a null bitmap, types of two bytes each, and the values, all texts. */
function readParameters(body: Buffer, count: number): (string | null)[] {
  const nulls = 10;
  let at = nulls + Math.ceil(count / 8) + 1 + 2 * count;
  return Array.from({ length: count }, (_, index) => {
    if (((body[nulls + (index >> 3)]! >> (index & 7)) & 1) === 1) return null;
    let length = body[at]!;
    at += 1;
    if (length === 0xfc) {
      length = body.readUInt16LE(at);
      at += 2;
    } else if (length >= 0xfd) throw new Error('a longer text than any test sends');
    at += length;
    return body.toString('utf8', at - length, at);
  });
}
