// Follows the audit log behind its durable entries and keeps who read whom, so that it can be looked up. Delays no
// answer: while the state cannot be reached the log goes on, and this catches up from where it was.
import type { Log } from '../../connectors/log.ts';
import type { AuditLog } from '../audit/log.ts';
import { type BatchLimits, type Position, identityOf, readOn } from '../audit/tail.ts';
import { kindsRead, readingsOf } from './readings.ts';
import type { ReadingStore } from './reading-store.ts';

export interface AccessIndexOptions {
  /** Folder of the log. */
  readonly directory: string;
  readonly audit: Pick<AuditLog, 'durableSeq'>;
  readonly store: ReadingStore;
  readonly clock: () => Date;
  readonly log: Log;
  readonly limits?: BatchLimits;
  /** Milliseconds between being woken and following, so that entries gather. */
  readonly pause?: number;
}

export interface AccessIndex {
  /** Something has become durable. */
  wake(): void;
  /** Resolves when all that is durable now is kept. Rejects where that is not so within `milliseconds`. */
  catchUp(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

const defaults = { limits: { entries: 500, bytes: 4 * 1024 * 1024 }, pause: 250 };
const longestPause = 30_000;
const forgottenAtOnce = 1000;

export function followAuditLog(options: AccessIndexOptions): AccessIndex {
  const { directory, audit, store, clock, log } = options;
  const { limits, pause } = { ...defaults, ...options };
  let name: string | undefined;
  let position: Position | undefined;
  let timer: NodeJS.Timeout | undefined;
  let following: Promise<void> | undefined;
  let failures = 0;
  let closed = false;
  let forgotten = '';

  const follow = async (): Promise<void> => {
    name ??= await identityOf(directory);
    if (name === undefined) return;
    position ??= await store.position(name);
    while (!closed && position.seq < audit.durableSeq) {
      const batch = await readOn(directory, position, audit.durableSeq, kindsRead, limits);
      position = await store.keep(name, position, batch.position, readingsOf(batch.entries));
    }
    const today = clock().toISOString().slice(0, 10);
    if (forgotten !== today) {
      await store.forget(clock(), forgottenAtOnce);
      forgotten = today;
    }
  };
  const started = (): Promise<void> =>
    (following ??= follow()
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          position = undefined;
          failures += 1;
          if (failures === 1) log.warn({ err: error }, 'the access index falls behind');
          later(Math.min(pause * 2 ** failures, longestPause));
          throw error;
        },
      )
      .finally(() => {
        following = undefined;
      }));
  const later = (milliseconds: number): void => {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      started().catch(() => undefined);
    }, milliseconds);
    timer.unref();
  };
  return {
    wake: () => later(pause),
    catchUp: async (milliseconds) => {
      const wanted = audit.durableSeq;
      const deadline = AbortSignal.timeout(milliseconds);
      const late = new Promise<never>((_resolve, reject) =>
        deadline.addEventListener('abort', () => reject(new Error('the access index is behind')), {
          once: true,
        }),
      );
      late.catch(() => undefined);
      while (!closed && (position?.seq ?? 0) < wanted) await Promise.race([started(), late]);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await following?.catch(() => undefined);
    },
  };
}
