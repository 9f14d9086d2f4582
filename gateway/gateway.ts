// Wires the rooms into a running gateway, in the order in which each can refuse to start. Everything that is
// wrong is found before anything listens.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type FactCache, openFactCache } from '../connectors/cache/fact-cache.ts';
import { type OpenOptions, openConnectors } from '../connectors/open.ts';
import { type Manifest, loadManifests } from '../connectors/manifest.ts';
import type { Connector } from '../connectors/contract.ts';
import type { Log } from '../connectors/log.ts';
import { type Watch, unwatched } from '../connectors/watch.ts';
import { type Policies, loadPolicies } from '../policies/engine/load-policies.ts';
import { loadCatalogue } from '../schema/catalogue.ts';
import { loadOrCreateSigningKey } from './audit/checkpoint.ts';
import { type AuditLog, openAuditLog } from './audit/log.ts';
import { createPseudonymiser, loadOrCreateKey } from './audit/pseudonym.ts';
import type { Configuration } from './config.ts';
import { startPipeline } from './graphql-pipeline.ts';
import { fingerprintPolicies, keepPoliciesLive } from './policy-reload.ts';
import { type Authenticator, createAuthenticator } from './request/authenticate.ts';
import { limitCases } from './request/case-limits.ts';
import { openCaseQuota } from './request/case-quota.ts';
import type { Pseudonymise } from './request/pseudonyms.ts';
import { type ExecutorParts, executeOperation, servedRoots } from './request/execute.ts';
import { openReports } from './reports/open-reports.ts';
import { joinRoots, unservedRoots } from './request/own-roots.ts';
import { createRecorder } from './request/record.ts';
import { type PolicySnapshot, takeSnapshot } from './request/snapshot.ts';
import { type AccessIndex, followAuditLog } from './recall/access-index.ts';
import { accessLogs } from './recall/access-log.ts';
import { changeFeed } from './recall/change-feed.ts';
import { openReadingStore } from './recall/reading-store.ts';
import { noticeReceipts } from './recall/receipts.ts';
import { type Telling, keepTelling } from './recall/telling.ts';
import { useOfAnswers } from './request/use-of-answers.ts';
import { openEffects } from './remedies/effects.ts';
import { followMeasures, officeActs } from './office/office-acts.ts';
import { remedies } from './remedies/remedies.ts';
import { openLoad } from './load/load.ts';
import { createGatewayServer } from './server.ts';
import { requireKeys } from './required-keys.ts';
import { StartupRefused } from './startup-refused.ts';
import { closeServer, listen, urlOf } from './listening.ts';
import { openOwnState } from './state/own-state.ts';
import type { GatewayState } from './state/state.ts';
import { type Dispatch, dispatchWebhooks } from './webhooks/dispatch.ts';
import { readEndpoints } from './webhooks/endpoints.ts';
import { watchAll } from './watch/watch-all.ts';
import { type Watching, startWatching } from './watch/watching.ts';

export interface GatewayOptions {
  readonly configuration: Configuration;
  /** Variables the manifests name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: () => Date;
  /** Called once when the audit log has failed: nothing may be answered any more, the process must end. */
  readonly onFatal: (error: Error) => void;
  /** How the sources are opened; the bench puts sources in memory in their place. */
  readonly openSources?: (options: OpenOptions) => Promise<ReadonlyMap<string, Connector>>;
}

export interface Gateway {
  readonly port: number;
  readonly url: string;
  /** Of the status page and the metrics. */
  readonly adminUrl: string;
  /** Stops listening, lets requests under way finish, closes the sources and the audit log. */
  close(): Promise<void>;
}

/** Files a gateway is made of, read and checked against each other. */
export interface Definition {
  readonly snapshot: PolicySnapshot;
  readonly manifests: readonly Manifest[];
}

/** Reads SDL, policies and manifests under `root`. Throws StartupRefused with every problem. */
export async function readDefinition(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly addressesRequired?: boolean } = {},
): Promise<Definition> {
  const { catalogue, problems } = loadCatalogue(join(root, 'schema'));
  if (catalogue === undefined) throw new StartupRefused(problems);
  const loaded = await loadPolicies(join(root, 'policies'), catalogue);
  const directory = join(root, 'connectors', 'sources');
  const { manifests, problems: manifestProblems } = loadManifests({
    directory,
    catalogue,
    environment,
    ...options,
  });
  const { problems: endpointProblems } =
    loaded.policies === undefined
      ? { problems: [] }
      : readEndpoints(loaded.policies.policySet.consumers, {
          directory: join(root, 'policies'),
          environment,
          required: options.addressesRequired ?? true,
        });
  const all = [...problems, ...loaded.problems, ...manifestProblems, ...endpointProblems];
  if (all.length > 0 || loaded.policies === undefined) throw new StartupRefused(all);
  return { snapshot: takeSnapshot(catalogue, loaded.policies), manifests };
}

/** Starts a gateway. Throws StartupRefused, or the error of what could not be opened. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { configuration, environment, log, clock, openSources = openConnectors } = options;
  const fingerprint = await fingerprintPolicies(configuration.root);
  const opened: { close(): Promise<void> | void }[] = [];
  let ownUrl = urlOf(configuration.host, configuration.port);
  try {
    const { snapshot: read, manifests } = await readDefinition(configuration.root, environment);
    await requireKeys(configuration);
    const watching = await startWatching(configuration, manifests, clock, log);
    opened.push(watching);
    const { metrics } = watching;
    const snapshot = takeSnapshot(read.catalogue, read.policies, metrics);
    const committed: { index?: AccessIndex } = {};
    const { audit, pseudonymise } = await openAudit(options, watching, opened, () => committed.index?.wake());
    const recorder = createRecorder(audit, pseudonymise, manifests);
    const state = await openOwnState(configuration, snapshot);
    if (state !== undefined) opened.push(state);
    const index = state === undefined ? undefined : openAccessIndex(options, audit, state);
    if (index !== undefined) {
      committed.index = index;
      opened.push(index);
    }
    const quota = state === undefined ? undefined : openCaseQuota(state);
    const load = openLoad(manifests, configuration.limits.maxInFlight);
    opened.push(load);
    const watch = watchAll([watching.watch, { ...unwatched, called: load.called }]);
    const cache = await openCache(options, manifests, watch);
    opened.push(cache);
    // A source may be our own tables, and is looked through when it is opened.
    await state?.prepared();
    const connectors = await openSources({
      manifests,
      stagingUrl: configuration.databaseUrl,
      clock,
      log,
      watch,
      cache,
      attentive: load.clock.now,
    });
    opened.push(...connectors.values());
    const authenticator = authenticatorFor(configuration, clock);
    opened.push(authenticator);
    const { requestMilliseconds } = configuration.limits;
    const tellers: { telling?: Telling } = {};
    const onStep = (): void => tellers.telling?.wake();
    const effects = openEffects(state, pseudonymise, log);
    const cases = limitCases(quota, pseudonymise, log);
    const desk = {
      state,
      recorder,
      pseudonymise,
      connectors,
      cache,
      cases,
      clock,
      onStep,
      log,
      requestMilliseconds,
    };
    const reports = await openReports({
      signingKeyFile: configuration.reports.signingKeyFile,
      state,
      execute: (admitted, wanted, watched) =>
        executeOperation(admitted, wanted, { ...executor, recorder: watched(recorder) }),
      recorder,
      effects,
      manifests,
      publicUrl: () => configuration.reports.publicUrl ?? ownUrl,
      clock,
      log,
    });
    const own = joinRoots([
      useOfAnswers(recorder, clock),
      remedies({ ...desk, follow: followMeasures }),
      officeActs(desk),
      reports.roots,
      accessLogs({ state, index, pseudonymise, recorder, cases, log }),
      changeFeed({ state, recorder, clock, log }),
      noticeReceipts({ state, log }),
    ]);
    const unserved = unservedRoots(snapshot.catalogue.schema, own, servedRoots);
    if (unserved.length > 0) throw new Error(`roots of the schema nobody serves: ${unserved.join(', ')}`);
    const executor: ExecutorParts = {
      manifests,
      connectors,
      health: watching.health,
      recorder,
      own,
      cases,
      effects,
      log,
      watch: watching.requests,
      limits: configuration.limits,
      turn: load.turns.next,
    };
    const pipeline = await startPipeline(snapshot.catalogue, executor);
    const endpointsIn = ({ policySet }: Policies): ReturnType<typeof readEndpoints> =>
      readEndpoints(policySet.consumers, { directory: join(configuration.root, 'policies'), environment });
    let { endpoints } = endpointsIn(snapshot.policies);
    const live = keepPoliciesLive({
      root: configuration.root,
      first: snapshot,
      fingerprint,
      clock,
      log,
      observer: metrics,
      check: (next) => endpointsIn(next).problems,
      onSwap: (next, previous) => {
        ({ endpoints } = endpointsIn(next.policies));
        const versionsOf = ({ policies }: PolicySnapshot): string =>
          `${policies.policySet.version} ${policies.rulebook.version} ${policies.remedyLaw.version}`;
        audit.append({ kind: 'policies', from: versionsOf(previous), to: versionsOf(next) });
      },
    });
    opened.push(live);
    let dispatch: Dispatch | undefined;
    if (state !== undefined) {
      dispatch = dispatchWebhooks({
        state,
        snapshot: () => live.current(),
        endpoints: () => endpoints,
        clock,
        random: Math.random,
        newId: () => `msg_${randomUUID().replaceAll('-', '')}`,
        log,
        watch: metrics.webhooks,
      });
      opened.push(dispatch);
      tellers.telling = keepTelling({
        state,
        snapshot: () => live.current(),
        audit,
        clock,
        days: configuration.recallDays,
        log,
        caughtUp: async () => index?.catchUp(1000),
        onTold: () => dispatch?.wake(),
      });
      opened.push(tellers.telling);
    }
    let stopping = false;
    const ready = (): boolean => audit.healthy && !stopping;
    const server = createGatewayServer({
      authenticator,
      pipeline,
      recorder,
      reports: reports.routes,
      log,
      watch: watching.requests,
      turnedAway: metrics.turnedAway,
      clock,
      snapshot: () => live.current(),
      ready,
      readiness: async () => ready() && (await authenticator.probe()) === undefined,
      explorerFile: join(configuration.root, 'dist', 'explorer.html'),
      admission: load.admission,
      turn: load.turns.next,
      limits: configuration.limits,
    });
    const adminServer = watching.adminServer({
      inFlight: () => server.inFlight(),
      load: load.report,
      ready,
      audit: () => ({ healthy: audit.healthy, entries: audit.head.seq, queuedCharacters: audit.queued }),
      snapshot: () => live.current(),
    });
    const { admin } = configuration;
    const adminPort = await listen(adminServer, admin.port, admin.host, 'ADMIN_PORT');
    opened.push({ close: () => closeServer(adminServer) });
    const port = await listen(server, configuration.port, configuration.host, 'PORT');
    ownUrl = urlOf(configuration.host, port);
    audit.append({
      kind: 'start',
      // Tells the logs of replicas apart that start in the same instant.
      run: randomUUID(),
      policyVersion: snapshot.policies.policySet.version,
      sources: [...connectors.keys()],
    });
    return {
      port,
      url: ownUrl,
      adminUrl: urlOf(admin.host, adminPort),
      close: async () => {
        stopping = true;
        live.close();
        await closeServer(server);
        await closeServer(adminServer);
        await pipeline.stop();
        await closeAll(connectors, authenticator);
        await cache.close();
        await tellers.telling?.close();
        await dispatch?.close();
        await index?.close();
        await state?.close();
        load.close();
        if (audit.healthy) audit.append({ kind: 'stop' });
        await audit.close();
        await watching.close();
      },
    };
  } catch (error) {
    for (const part of opened.reverse()) await Promise.resolve(part.close()).catch(() => undefined);
    throw error;
  }
}

async function openAudit(
  { configuration, clock, log, onFatal }: GatewayOptions,
  { metrics }: Watching,
  opened: { close(): Promise<void> | void }[],
  onCommit: () => void,
): Promise<{ audit: AuditLog; pseudonymise: Pseudonymise }> {
  const { anchorFile, directory, signingKeyFile } = configuration.audit;
  const { log: audit, recovered } = await openAuditLog({
    directory,
    signingKey: await loadOrCreateSigningKey(signingKeyFile),
    clock,
    onFatal,
    onCommit: (commit) => {
      metrics.auditCommitted(commit);
      onCommit();
    },
    segmentBytes: 64 * 1024 * 1024,
    ...(anchorFile === undefined ? {} : { anchorFile }),
  });
  opened.push(audit);
  if (recovered.cutBytes > 0) log.warn({ ...recovered }, 'a torn end of the audit log was cut');
  const key = await loadOrCreateKey(configuration.pseudonymKeyFile);
  return { audit, pseudonymise: createPseudonymiser(key) };
}

function openAccessIndex(
  { configuration, clock, log }: GatewayOptions,
  audit: AuditLog,
  state: GatewayState,
): AccessIndex {
  const { directory } = configuration.audit;
  return followAuditLog({ directory, audit, store: openReadingStore(state), clock, log });
}

/** Redis is opened only when a manifest has something to keep. */
async function openCache(
  { configuration: { redis }, clock, log }: GatewayOptions,
  manifests: readonly Manifest[],
  watch: Watch,
): Promise<FactCache> {
  if (redis === undefined || manifests.every((manifest) => manifest.cache === undefined)) {
    return openFactCache({ clock, log, watch });
  }
  const key = await loadOrCreateKey(redis.keyFile);
  return openFactCache({ redis: { url: redis.url, key }, clock, log, watch });
}

function authenticatorFor({ token }: Configuration, clock: () => Date): Authenticator {
  return createAuthenticator({
    issuer: token.issuer,
    audience: token.audience,
    keys: token.keys,
    maxAgeSeconds: token.maxAgeSeconds,
    clockToleranceSeconds: 5,
    clock: () => clock().getTime(),
  });
}

async function closeAll(
  connectors: ReadonlyMap<string, Connector>,
  authenticator: Authenticator,
): Promise<void> {
  await Promise.allSettled([...connectors.values()].map((connector) => connector.close()));
  await Promise.resolve(authenticator.close());
}
