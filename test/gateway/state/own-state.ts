// The gateway's own state on a PostgreSQL of its own, for the tests of one file.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type GatewayState, openState } from '../../../gateway/state/state.ts';

export interface OwnState {
  readonly state: GatewayState;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function startOwnState(): Promise<OwnState> {
  const directory = mkdtempSync(join(tmpdir(), 'own-state-'));
  const server = await startPostgres({ directory, port: 0 });
  const url = server.url('postgres');
  const state = openState(url);
  return {
    state,
    url,
    stop: async () => {
      await state.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
