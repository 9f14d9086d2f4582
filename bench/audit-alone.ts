// What the audit alone adds to a request that nobody shares a commit with: intent and outcome appended, chained
// and durable, with the real log on the disk the gateways write to.
import { generateKeyPairSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { openAuditLog } from '../gateway/audit/log.ts';
import { quantile } from './load.ts';

const requests = 200;

/** Milliseconds. */
export interface AuditCost {
  readonly p50: number;
  readonly p99: number;
}

/** Appends and waits `requests` times, one after the other; entries have the size of Q1's. */
export async function measureAudit(directory: string): Promise<AuditCost> {
  await rm(directory, { recursive: true, force: true });
  const { log } = await openAuditLog({
    directory,
    signingKey: generateKeyPairSync('ed25519').privateKey,
    clock: () => new Date(),
    onFatal: (error) => {
      throw error;
    },
  });
  const subjects = Array.from({ length: 30 }, (_, index) => `pseudonym-${index}`.padEnd(22, '-'));
  const times: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const started = performance.now();
    log.append({ kind: 'intent', subjects });
    await log.durable(log.append({ kind: 'outcome', verdicts: subjects.map((subject) => ({ subject })) }));
    times.push(performance.now() - started);
  }
  await log.close();
  await rm(directory, { recursive: true, force: true });
  times.sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
