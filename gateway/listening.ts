// Servers that begin and end to listen.
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { StartupRefused } from './startup-refused.ts';

/**
 * Resolves with the port taken. `variable`: the one that names the port.
 * @throws StartupRefused where the port is taken already
 */
export async function listen(server: Server, port: number, host: string, variable: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      const message = `port ${port} is in use: stop what listens there or set ${variable}`;
      reject(new StartupRefused([{ file: 'environment', message }]));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Lets requests under way finish, for ten seconds. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), 10_000);
  await closed;
  clearTimeout(patience);
}

export function urlOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
