// The process that access-index.test.ts kills: follows a log in batches of three entries and says on stdout how far it
// has come, after each.
import { writeSync } from 'node:fs';
import { followAuditLog } from '../../../gateway/recall/access-index.ts';
import { openReadingStore } from '../../../gateway/recall/reading-store.ts';
import { openState } from '../../../gateway/state/state.ts';

const [, , directory = '', database = '', until = '0'] = process.argv;
const state = openState(database);
const store = openReadingStore(state);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const index = followAuditLog({
  directory,
  audit: { durableSeq: Number(until) },
  store: {
    ...store,
    keep: async (...given) => {
      const held = await store.keep(...given);
      writeSync(1, `${held.seq}\n`);
      return held;
    },
  },
  clock: () => new Date('2026-06-01T00:00:00Z'),
  log,
  limits: { entries: 3, bytes: 1_000_000 },
});
await index.catchUp(60_000);
await index.close();
await state.close();
