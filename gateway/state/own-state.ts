// Opens the gateway's own state for a start: needed as soon as a purpose limits the subjects of a case, and ready with
// its tables and connections where the database is there.
import { setTimeout as pause } from 'node:timers/promises';
import type { Configuration } from '../config.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import { StartupRefused } from '../startup-refused.ts';
import { type GatewayState, openState } from './state.ts';

/** Longest the start waits for the database, in milliseconds. */
const OPENING_MS = 1000;

/** @throws StartupRefused where it is needed and has no address */
export async function openOwnState(
  { databaseUrl }: Pick<Configuration, 'databaseUrl'>,
  { policies }: PolicySnapshot,
): Promise<GatewayState | undefined> {
  if (databaseUrl !== undefined) {
    const state = openState(databaseUrl);
    // One that is away is waited for when it is needed, and so is one that is slow.
    const opened = state.open().catch(() => undefined);
    await Promise.race([opened, pause(OPENING_MS, undefined, { ref: false })]);
    return state;
  }
  const limited = [...policies.policySet.consumers.purposes.values()].find(
    ({ subjectsPerCaseAndDay }) => subjectsPerCaseAndDay !== undefined,
  );
  if (limited === undefined) return undefined;
  const message = `DATABASE_URL: is required, because the purpose ${limited.name} limits subjects per case`;
  throw new StartupRefused([{ file: 'environment', message }]);
}
