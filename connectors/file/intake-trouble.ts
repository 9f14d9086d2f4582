// Why a delivery could not be taken though nothing is wrong with it: coded for the log, and tried again later and later,
// so that a full disk is not filled, nor a large file read, every second.

/** Closed list; docs/manifests.md explains each. */
export const intakeTroubles = [
  'DROP_BOX_UNREADABLE',
  'FILE_UNREADABLE',
  'STAGING_FULL',
  'STAGING_UNREACHABLE',
  'DISK_FULL',
  'LOAD_FAILED',
] as const;

export type IntakeTrouble = (typeof intakeTroubles)[number];

/** What an error while a file was read or staged means. */
export function troubleOf(error: unknown): IntakeTrouble {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') {
    return /connection|timeout/i.test(String(message)) ? 'STAGING_UNREACHABLE' : 'LOAD_FAILED';
  }
  if (code === '53100') return 'STAGING_FULL';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'DISK_FULL';
  if (['EACCES', 'EPERM', 'ENOENT', 'EIO', 'ELOOP', 'EISDIR', 'ESTALE', 'EMFILE'].includes(code))
    return 'FILE_UNREADABLE';
  if (/^(?:08|53|57P)/.test(code) || /^E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_)/.test(code))
    return 'STAGING_UNREACHABLE';
  return 'LOAD_FAILED';
}

export interface Backoff {
  /** Whether it is time to try `what` again. */
  due(what: string): boolean;
  /** Milliseconds until it is. */
  failed(what: string): number;
  succeeded(what: string): void;
}

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Twice as long after each failure, up to a minute. `now` in milliseconds. */
export function openBackoff(now: () => number): Backoff {
  const waits = new Map<string, { readonly until: number; readonly wait: number }>();
  return {
    due: (what) => (waits.get(what)?.until ?? -Infinity) <= now(),
    failed: (what) => {
      const wait = Math.min(LONGEST_MS, (waits.get(what)?.wait ?? FIRST_MS / 2) * 2);
      waits.set(what, { until: now() + wait, wait });
      return wait;
    },
    succeeded: (what) => void waits.delete(what),
  };
}
