/** `npm run -s deliveries -- list|report|accept`: what agencies delivered, for whoever runs the gateway. */
import { userInfo } from 'node:os';
import pg from 'pg';
import { runDeliveries } from '../explain/deliveries-command.ts';

process.exitCode = await runDeliveries(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  databaseUrl: process.env['DATABASE_URL'],
  user: userInfo().username,
  now: new Date(),
  open: (connectionString) => new pg.Pool({ connectionString, max: 1, connectionTimeoutMillis: 5000 }),
});
