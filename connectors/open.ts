// Opens a connector for every manifest: the one place that knows which transport is which.
import type { FactCache } from './cache/fact-cache.ts';
import { type Clock, makeConnector } from './connector.ts';
import type { Connector } from './contract.ts';
import { openFile } from './file/connect.ts';
import { openGraphql } from './graphql/connect.ts';
import { openHttp } from './http/connect.ts';
import type { Log } from './log.ts';
import type { Manifest } from './manifest.ts';
import { openSoap } from './soap/connect.ts';
import { openSql } from './sql/connect.ts';
import { failureOf } from './source-error.ts';
import type { Transport } from './transport.ts';
import { type Watch, unwatched } from './watch.ts';

export interface OpenOptions {
  readonly manifests: readonly Manifest[];
  /** Database into which deliveries of files are staged; needed when a manifest has the transport `file`. */
  readonly stagingUrl?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Is told of every call, retry, delivery and drift. */
  readonly watch?: Watch | undefined;
  /** Keeps answers of sources whose manifests allow it; none are kept without. Closed by whoever opened it. */
  readonly cache?: FactCache | undefined;
  /** Milliseconds by a clock that stands still while the process does. */
  readonly attentive?: (() => number) | undefined;
}

/** Longest start-up waits for deliveries that are being loaded and for keys that are looked through, in milliseconds. */
const READY_MS = 5000;

/** Longest it waits for connections, in milliseconds. */
const CONNECTIONS_MS = 1000;

/**
 * Opens every source and the connections to it. No record is asked for here, and an agency that is down does not keep
 * the gateway down: only deliveries that lie ready are loaded first, and the keys of databases looked through, within a
 * few seconds.
 * @throws RangeError when a file source has no staging database
 */
export async function openConnectors(options: OpenOptions): Promise<ReadonlyMap<string, Connector>> {
  const { manifests, stagingUrl, clock, log, watch = unwatched, cache, attentive } = options;
  const needsStaging = manifests.find((manifest) => manifest.transport === 'file');
  if (needsStaging !== undefined && stagingUrl === undefined) {
    throw new RangeError(`${needsStaging.source} delivers files: name a staging database (DATABASE_URL)`);
  }
  const loading: Promise<void>[] = [];
  const connecting: Promise<void>[] = [];
  // What was known before a delivery is not known any more.
  const deliveries: Watch = {
    ...watch,
    delivered: (delivery) => {
      const { source, record, outcome } = delivery;
      if (outcome === 'loaded') void cache?.invalidate({ source, record });
      watch.delivered(delivery);
    },
  };
  const connectors = new Map<string, Connector>();
  for (const manifest of manifests) {
    const { transport, ready } = openTransport(manifest, { stagingUrl, clock, log, watch: deliveries });
    if (ready !== undefined) loading.push(ready);
    if (transport.open !== undefined) connecting.push(openAhead(manifest.source, transport.open(), log));
    connectors.set(
      manifest.source,
      makeConnector(manifest, transport, { clock, log, watch, cache, attentive }),
    );
  }
  await Promise.all([
    settleWithin(connecting, CONNECTIONS_MS, () => {
      log.warn({ seconds: CONNECTIONS_MS / 1000 }, 'connections to sources are still being opened');
    }),
    settleWithin(loading, READY_MS, () => {
      log.warn(
        { seconds: READY_MS / 1000 },
        'deliveries are still being loaded or keys looked through; nobody is clear by those sources yet',
      );
    }),
  ]);
  return connectors;
}

/** A transport alone, and when what lies ready for it has been taken in. */
export function openTransport(
  manifest: Manifest,
  { stagingUrl, clock, log, watch = unwatched }: Omit<OpenOptions, 'manifests' | 'cache' | 'attentive'>,
): { readonly transport: Transport; readonly ready?: Promise<void> } {
  switch (manifest.transport) {
    case 'sql': {
      const transport = openSql(manifest, { stagingUrl, clock, log, watch });
      return { transport, ready: transport.ready };
    }
    case 'http':
      return { transport: openHttp(manifest, clock) };
    case 'soap':
      return { transport: openSoap(manifest, clock) };
    case 'graphql':
      return { transport: openGraphql(manifest, clock) };
    case 'file': {
      const transport = openFile(manifest, { stagingUrl: stagingUrl!, clock, log, watch });
      return { transport, ready: transport.ready };
    }
  }
}

async function openAhead(source: string, opening: Promise<void>, log: Log): Promise<void> {
  try {
    await opening;
  } catch (error) {
    const { code, detail } = failureOf(error);
    log.warn({ source, code, detail }, 'no connections could be opened ahead');
  }
}

async function settleWithin(
  work: readonly Promise<void>[],
  milliseconds: number,
  late: () => void,
): Promise<void> {
  if (work.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve();
    }, milliseconds);
  });
  await Promise.race([Promise.all(work), tooLong]);
  clearTimeout(timer);
}
