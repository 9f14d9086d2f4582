// Policies, rules, consumers and purposes take effect while the gateway runs: a changed folder is read whole, and
// swapped in whole or not at all. A request keeps the version it began with.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../connectors/log.ts';
import { type Policies, loadPolicies } from '../policies/engine/load-policies.ts';
import { calendarEnd, calendarWarning } from '../policies/engine/working-days.ts';
import { beijingDay } from '../schema/identifiers/calendar-date.ts';
import { type Problem, formatProblem } from '../schema/problem.ts';
import { type DecisionObserver, type PolicySnapshot, takeSnapshot } from './request/snapshot.ts';

/** The policies of the moment. */
export interface LivePolicies {
  current(): PolicySnapshot;
  /** Reads the folder now; resolves when the swap is done or refused. */
  reload(): Promise<'swapped' | 'unchanged' | 'refused'>;
  close(): void;
}

export interface LivePoliciesOptions {
  readonly root: string;
  readonly first: PolicySnapshot;
  /** `fingerprintPolicies` from before `first` was read, so that no change falls in between. */
  readonly fingerprint: string;
  readonly clock: () => Date;
  readonly log: Log;
  readonly observer?: DecisionObserver;
  /** What else is wrong with new policies: with any, they are refused. */
  readonly check?: (next: Policies) => readonly Problem[];
  /** Called with the new snapshot before any request sees it. */
  readonly onSwap: (next: PolicySnapshot, previous: PolicySnapshot) => void;
}

/**
 * How often the folder is looked at, in milliseconds. Looking works on every file system and through every way of
 * replacing a file; a change is read once two looks agree, because editors and copies write in several steps.
 */
const lookMilliseconds = 250;

/** Keeps `<root>/policies` live until closed. */
export function keepPoliciesLive(options: LivePoliciesOptions): LivePolicies {
  const { root, log } = options;
  const directory = join(root, 'policies');
  let current = options.first;
  const warnOfCalendar = (): void => {
    const { calendar } = current.policies.remedyLaw;
    const today = beijingDay(options.clock());
    const warning = calendarWarning(calendar, today);
    if (warning !== undefined) log.warn({ ...calendarEnd(calendar, today) }, warning);
  };
  warnOfCalendar();
  let running: Promise<'swapped' | 'unchanged' | 'refused'> = Promise.resolve('unchanged');

  const read = async (): Promise<'swapped' | 'unchanged' | 'refused'> => {
    const { policies, problems } = await loadPolicies(directory, current.catalogue).catch(
      (error: unknown) => ({
        policies: undefined,
        problems: [{ file: directory, message: error instanceof Error ? error.message : 'cannot be read' }],
      }),
    );
    if (policies !== undefined) problems.push(...(options.check?.(policies) ?? []));
    if (policies === undefined || problems.length > 0) {
      const kept = current.policies.policySet.version;
      log.error(
        { problems: problems.map(formatProblem), kept },
        'changed policies are refused, the old ones stay',
      );
      return 'refused';
    }
    const versions = ({ policySet, rulebook, remedyLaw }: typeof policies): string =>
      `${policySet.version} ${rulebook.version} ${remedyLaw.version}`;
    if (versions(policies) === versions(current.policies)) return 'unchanged';
    const next = takeSnapshot(current.catalogue, policies, options.observer);
    options.onSwap(next, current);
    current = next;
    warnOfCalendar();
    log.info(
      { policyVersion: policies.policySet.version, rulesVersion: policies.rulebook.version },
      'new policies are live',
    );
    return 'swapped';
  };
  // One after the other: two readings at once could end in the older one.
  const reload = (): typeof running => {
    running = running.then(read, read);
    return running;
  };
  let seen: string | undefined;
  let loaded = options.fingerprint;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const now = await fingerprintPolicies(root);
      const settled = now === seen;
      seen = now;
      if (settled && now !== loaded) {
        loaded = now;
        await reload();
      }
    } catch (error) {
      log.warn({ err: error }, 'the policies folder cannot be looked at; the policies stay');
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), lookMilliseconds);
  timer.unref();
  return { current: () => current, reload, close: () => clearInterval(timer) };
}

/** Changes when any file of `<root>/policies` does. */
export async function fingerprintPolicies(root: string): Promise<string> {
  const directory = join(root, 'policies');
  const names = await readdir(directory, { recursive: true });
  const parts = await Promise.all(
    names.sort().map(async (name) => {
      const { mtimeMs, size, ino } = await stat(join(directory, name));
      return `${name} ${mtimeMs} ${size} ${ino}`;
    }),
  );
  return parts.join('\n');
}
