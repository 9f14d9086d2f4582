// The keys a gateway needs before it starts.
import { access } from 'node:fs/promises';
import type { Problem } from '../schema/problem.ts';
import type { Configuration } from './config.ts';
import { StartupRefused } from './startup-refused.ts';

/** In production a key is never made up: a new pseudonym key would cut the log off from its past. */
export async function requireKeys({
  sandbox,
  audit,
  reports,
  pseudonymKeyFile,
  redis,
}: Configuration): Promise<void> {
  if (sandbox) return;
  const problems: Problem[] = [];
  const files = [
    ...[audit.signingKeyFile, reports.signingKeyFile, pseudonymKeyFile],
    ...(redis === undefined ? [] : [redis.keyFile]),
  ];
  for (const file of files) {
    await access(file).catch(() =>
      problems.push({ file, message: 'is missing: in production keys are made by a person' }),
    );
  }
  if (problems.length > 0) throw new StartupRefused(problems);
}
