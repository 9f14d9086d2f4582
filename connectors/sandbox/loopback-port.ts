// Owns the question whether a loopback port can be listened on, and the message when it cannot.
import { createServer, type Server } from 'node:net';

/** A fixed port is taken; says which, and the variable that moves it. */
export class PortInUse extends Error {
  readonly port: number;
  constructor(what: string, port: number, variable: string, cause?: unknown) {
    super(`Port ${port} (${what}) is in use. Free it, or set ${variable} to another port.`, { cause });
    this.name = 'PortInUse';
    this.port = port;
  }
}

/** Listens on 127.0.0.1; 0 takes a free port. Resolves with the port taken. @throws PortInUse */
export function listen(
  server: Pick<Server, 'listen' | 'once' | 'off' | 'address'>,
  port: number,
  what: string,
  variable: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      reject(error.code === 'EADDRINUSE' ? new PortInUse(what, port, variable, error) : error);
    };
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Checks that a port can be listened on, or finds one (0). @throws PortInUse */
export async function claimPort(port: number, what: string, variable: string): Promise<number> {
  const server = createServer();
  const claimed = await listen(server, port, what, variable);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return claimed;
}
