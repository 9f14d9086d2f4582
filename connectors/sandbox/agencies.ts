// Starts the demo agencies behind their real transports and says where they are. What was started is stopped
// again when a later part fails, when the signal aborts, and by stop().
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Agency } from './agency/agency-server.ts';
import { startBidding } from './agency/bidding-agency.ts';
import { startCourt } from './agency/court-agency.ts';
import { personsMark, prepareDatabases, type DatabaseServer } from './agency/database-agencies.ts';
import { prepareOnMariadb } from './agency/discipline-agency.ts';
import { deliverFile, deliverWorld, type Delivery } from './agency/delivery-drop.ts';
import { financeBureau } from './agency/finance-agency.ts';
import { investmentOffice } from './agency/investment-agency.ts';
import { PROCUREMENT_PATH, startProcurement } from './agency/procurement-agency.ts';
import { startUtilities, UTILITIES_PATH, UTILITIES_USER } from './agency/utilities-agency.ts';
import type { SandboxOptions } from './options.ts';
import { startPostgres, type Postgres } from './postgres/postgres.ts';
import { JOURNAL_SETTINGS } from './postgres/statement-journal.ts';
import { startRelay, type Relay } from './relay.ts';
import type { FinanceFile } from './generator/finance-records.ts';

/** Variables the manifests and the gateway refer to. */
export interface SandboxEnvironment {
  readonly REGISTRY_DATABASE_URL: string;
  readonly HR_DATABASE_URL: string;
  readonly PUBLICITY_DATABASE_URL: string;
  readonly DISCIPLINE_URL: string;
  /** Leads to the gateway's own database, where the office's orders are. */
  readonly SUPERVISION_DATABASE_URL: string;
  readonly COURT_URL: string;
  readonly PROCUREMENT_URL: string;
  readonly FINANCE_DROP: string;
  readonly INVESTMENT_DROP: string;
  readonly UTILITIES_URL: string;
  readonly BIDDING_URL: string;
  readonly UTILITIES_USER: string;
  readonly UTILITIES_PASSWORD: string;
  /** The gateway's own database, empty at first. */
  readonly DATABASE_URL: string;
}

export interface Sandbox {
  readonly environment: SandboxEnvironment;
  readonly court: Agency;
  readonly procurement: Agency;
  readonly utilities: Agency;
  readonly bidding: Agency;
  /** Undefined with a server by address. */
  readonly postgres: Postgres | undefined;
  /** Present when asked for: the environment's database addresses then lead through these. */
  readonly relays: Readonly<Record<'registry' | 'hr' | 'gateway', Relay>> | undefined;
  /** A further delivery of the finance bureau. Resolves with its path. */
  deliver(delivery: Delivery<FinanceFile>): Promise<string>;
  /** Leaves no process behind. */
  stop(): Promise<void>;
}

export interface StartContext {
  readonly now: () => Date;
  /** Receives what a person should know while it starts. */
  readonly onProgress: (line: string) => void;
  /** Whether the databases are reached through relays that can be cut. */
  readonly relays?: boolean;
  /** Stops a start that is under way. */
  readonly signal?: AbortSignal;
}

/** @throws PortInUse; Error when PostgreSQL does not start or the signal aborts */
export async function startSandbox(options: SandboxOptions, context: StartContext): Promise<Sandbox> {
  const { world, ports } = options;
  const directory = resolve(options.directory);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.splice(0).map((one) => one()));
  };
  const abort = (): void => void stop().catch(() => undefined);
  context.signal?.addEventListener('abort', abort);
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(() => part.stop());
    context.signal?.throwIfAborted();
    return part;
  };

  try {
    await mkdir(directory, { recursive: true });
    // The small ports first: a sandbox that is already running is noticed before its database is touched.
    const court = started(await startCourt({ world, port: ports.court, now: context.now }));
    const procurement = started(await startProcurement({ world, port: ports.procurement, now: context.now }));
    const utilities = started(await startUtilities({ world, port: ports.utilities, now: context.now }));
    const bidding = started(await startBidding({ world, port: ports.bidding, now: context.now }));
    const embedded =
      options.postgresUrl === undefined
        ? started(
            await startPostgres({
              directory: join(directory, 'postgres'),
              port: ports.postgres,
              portVariable: 'SANDBOX_POSTGRES_PORT',
              settings: options.journal ? JOURNAL_SETTINGS : {},
              onLine: context.onProgress,
            }),
          )
        : undefined;
    const server = embedded
      ? embeddedServer(embedded)
      : await serverByAddress(options.postgresUrl ?? '', directory);
    const drop = join(directory, 'finance');
    const investmentDrop = join(directory, 'investment');
    const { mariadbUrl } = options;
    const [databases, mariadb] = await Promise.all([
      prepareDatabases(server, world, context.onProgress, mariadbUrl === undefined),
      mariadbUrl === undefined
        ? undefined
        : prepareOnMariadb(world, {
            address: mariadbUrl,
            password: await rolePassword(directory),
            mark: personsMark(world),
          }),
      deliverWorld(financeBureau, drop, join(directory, 'finance-delivered'), world),
      deliverWorld(investmentOffice, investmentDrop, join(directory, 'investment-delivered'), world),
    ]);
    context.signal?.throwIfAborted();
    const relays = context.relays === true ? await startRelays(databases.registry, started) : undefined;
    const through = (address: string, relay: Relay | undefined): string => {
      if (!relay) return address;
      const url = new URL(address);
      url.host = `127.0.0.1:${relay.port}`;
      return url.href;
    };
    return {
      environment: {
        REGISTRY_DATABASE_URL: through(databases.registry, relays?.registry),
        HR_DATABASE_URL: through(databases.hr, relays?.hr),
        PUBLICITY_DATABASE_URL: databases.publicity,
        DISCIPLINE_URL: mariadb ?? databases.discipline!,
        COURT_URL: `http://127.0.0.1:${court.port}`,
        PROCUREMENT_URL: `http://127.0.0.1:${procurement.port}${PROCUREMENT_PATH}`,
        FINANCE_DROP: drop,
        INVESTMENT_DROP: investmentDrop,
        UTILITIES_URL: `http://127.0.0.1:${utilities.port}${UTILITIES_PATH}`,
        BIDDING_URL: `http://127.0.0.1:${bidding.port}`,
        UTILITIES_USER: UTILITIES_USER.username,
        UTILITIES_PASSWORD: UTILITIES_USER.password,
        SUPERVISION_DATABASE_URL: through(databases.gateway, relays?.gateway),
        DATABASE_URL: through(databases.gateway, relays?.gateway),
      },
      court,
      procurement,
      utilities,
      bidding,
      postgres: embedded,
      relays,
      deliver: (delivery) => deliverFile(financeBureau, drop, delivery),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    context.signal?.removeEventListener('abort', abort);
  }
}

function embeddedServer(postgres: Postgres): DatabaseServer {
  return { prefix: '', password: postgres.password, url: (database, role) => postgres.url(database, role) };
}

/** On a server that others use too, everything of ours carries a prefix. */
async function serverByAddress(address: string, directory: string): Promise<DatabaseServer> {
  const password = await rolePassword(directory);
  return {
    prefix: 'credit_sandbox_',
    password,
    url: (database, role) => {
      const url = new URL(address);
      url.pathname = `/${database}`;
      if (role !== undefined) {
        url.username = role;
        url.password = password;
      }
      return url.href;
    },
  };
}

/** Password of the roles on servers that are not ours alone; made once. */
async function rolePassword(directory: string): Promise<string> {
  const file = join(directory, 'role-password');
  const known = await readFile(file, 'utf8').catch(() => '');
  const password = known === '' ? randomBytes(24).toString('base64url') : known;
  if (known === '') await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function startRelays(
  address: string,
  started: <T extends { stop(): Promise<void> }>(part: T) => T,
): Promise<Readonly<Record<'registry' | 'hr' | 'gateway', Relay>>> {
  const { hostname, port } = new URL(address);
  const target = { host: hostname, port: Number(port || 5432) };
  const relay = async (): Promise<Relay> => started(await startRelay({ port: 0, target }));
  return { registry: await relay(), hr: await relay(), gateway: await relay() };
}
