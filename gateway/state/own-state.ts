// Whether a gateway needs a database of its own, and opens it.
import type { Configuration } from '../config.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import { StartupRefused } from '../startup-refused.ts';
import { type GatewayState, openState } from './state.ts';

/**
 * The gateway's own state; needed as soon as a purpose limits the subjects of a case.
 * @throws StartupRefused where it is needed and has no address
 */
export function openOwnState(
  { databaseUrl }: Configuration,
  { policies }: PolicySnapshot,
): GatewayState | undefined {
  if (databaseUrl !== undefined) return openState(databaseUrl);
  const limited = [...policies.policySet.consumers.purposes.values()].find(
    ({ subjectsPerCaseAndDay }) => subjectsPerCaseAndDay !== undefined,
  );
  if (limited === undefined) return undefined;
  const message = `DATABASE_URL: is required, because the purpose ${limited.name} limits subjects per case`;
  throw new StartupRefused([{ file: 'environment', message }]);
}
