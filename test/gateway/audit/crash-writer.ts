/**
 * The process that crash.test.ts kills: writes from 32 places at once, and says on stdout the number of each entry
 * whose `durable` has resolved, as the gateway would answer.
 */
import { writeSync } from 'node:fs';
import { openAuditLog } from '../../../gateway/audit/log.ts';

const directory = process.argv[2] ?? '';
const { log } = await openAuditLog({
  directory,
  clock: () => new Date(),
  segmentBytes: 200_000,
  onFatal: (error) => {
    throw error;
  },
});

async function answerForEver(place: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    log.append({ kind: 'intent', request: `${place}-${n}`, note: 'x'.repeat(n % 700) });
    const outcome = log.append({ kind: 'outcome', request: `${place}-${n}` });
    await log.durable(outcome);
    writeSync(1, `${outcome} ${place}-${n}\n`);
  }
}

await Promise.all(Array.from({ length: 32 }, (_, place) => answerForEver(place)));
