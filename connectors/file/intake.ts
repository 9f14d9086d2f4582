// Takes deliveries in: looks into the drop box, decides which come next, loads them, and puts aside with a report what
// cannot be used. A bad delivery never replaces a good one; what fails for other reasons is coded and tried again.
import type pg from 'pg';
import type { Clock } from '../connector.ts';
import type { Log } from '../log.ts';
import type { FileManifest, FileRecord } from '../manifest.ts';
import { CHINA_OFFSET_MS } from '../transforms/instant.ts';
import type { Watch } from '../watch.ts';
import { hashFile } from './delivery-bytes.ts';
import { type Place, placeOf } from './delivery-order.ts';
import { DeliveryProblem, problem } from './delivery-problem.ts';
import { layReport, removeReport } from './delivery-report.ts';
import { openDropBox } from './drop-box.ts';
import { openBackoff, troubleOf } from './intake-trouble.ts';
import { loadDelivery, sameFile } from './load.ts';
import {
  type ActiveDelivery,
  type FoundDelivery,
  type StagedKind,
  forget,
  putAside,
  readKnown,
  readSource,
  touchActive,
} from './register.ts';
import { shapeOf } from './staged-columns.ts';
import { dropRetired, prepareStaging } from './staging.ts';

export interface IntakeOptions {
  readonly manifest: FileManifest;
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: Watch;
  /** Milliseconds for which the table of a replaced delivery is kept for queries on their way. */
  readonly grace: number;
  readonly signal: AbortSignal;
}

export interface Intake {
  /** Record type → the delivery look-ups read. */
  readonly active: ReadonlyMap<string, ActiveDelivery>;
  /** Looks once. Resolves with whether all that lies ready was dealt with. @throws Error when it cannot look */
  look(): Promise<'idle' | 'more to come'>;
  /** Reads which deliveries are active now; another gateway may have switched. */
  refresh(): Promise<void>;
}

type Taken = 'settled' | 'waiting' | 'busy';

export function openIntake(options: IntakeOptions): Intake {
  const { manifest, pool, clock, log, watch, grace, signal } = options;
  const { source } = manifest;
  const box = openDropBox(manifest.address, manifest.records.values());
  const kinds = new Map(
    [...manifest.records.values()].map((record): [string, StagedKind] => [
      record.record,
      { source, record: record.record, shape: shapeOf(record) },
    ]),
  );
  const active = new Map<string, ActiveDelivery>();
  /** Deliveries that need not be looked at again: loaded, older, or put aside. */
  const settled = new Map<string, string>();
  /** Why deliveries wait, as it was last reported. */
  const waiting = new Map<string, string>();
  const released = new Set<string>();
  const backoff = openBackoff(() => performance.now());
  let prepared = false;
  let lookedThrough = false;
  let lastDropped = -Infinity;

  const refresh = async (): Promise<void> => {
    released.clear();
    for (const row of await readSource(pool, source)) {
      if (kinds.get(row.record)?.shape !== row.shape) continue;
      if (row.state === 'active') {
        const before = active.get(row.record);
        active.set(row.record, row);
        if (before !== undefined && !sameFile(before, row)) tellLoaded(row.record, row.rows);
      } else {
        released.add(`${row.file}:${row.size}:${row.modified}`);
        settled.delete(row.file);
      }
    }
  };

  /** Whoever keeps answers must know, also where another gateway has done the loading. */
  const tellLoaded = (record: string, rows: number): void => {
    const { pattern } = manifest.records.get(record)!.delivery;
    watch.delivered({ source, record, outcome: 'loaded', pattern, rows, at: clock().toISOString() });
  };

  const look = async (): Promise<'idle' | 'more to come'> => {
    if (!prepared) await prepareStaging(pool);
    prepared = true;
    await refresh();
    const { ready, unsettled } = await box.look();
    let busy = false;
    for (const record of manifest.records.values()) {
      busy = (await takeAll(record, ready.get(record.record) ?? [])) || busy;
    }
    if (performance.now() - lastDropped > grace) {
      lastDropped = performance.now();
      await dropRetired(pool, source, grace);
    }
    if (unsettled || busy) return 'more to come';
    lookedThrough = true;
    return 'idle';
  };

  /** Full deliveries newest first, then changes in their order. Resolves with whether another gateway is loading. */
  const takeAll = async (record: FileRecord, found: readonly FoundDelivery[]): Promise<boolean> => {
    const kind = kinds.get(record.record)!;
    if (!backoff.due(kind.record)) return false;
    // What is older than what lay there at the start, or came with a newer one, is history; later it is a mistake.
    const before = lookedThrough ? active.get(kind.record) : undefined;
    const fresh = found.filter(({ file, size, modified }) => settled.get(file) !== `${size}:${modified}`);
    const byAge = [...fresh].sort((a, b) =>
      a.delivered === b.delivered ? a.sequence - b.sequence : a.delivered < b.delivered ? -1 : 1,
    );
    const inOrder = [...byAge.filter(({ delta }) => !delta).reverse(), ...byAge.filter(({ delta }) => delta)];
    for (const delivery of inOrder) {
      try {
        const taken = await take(kind, record, delivery, before);
        if (taken === 'busy') return true;
        if (taken === 'settled') settled.set(delivery.file, `${delivery.size}:${delivery.modified}`);
        backoff.succeeded(kind.record);
      } catch (error) {
        if (signal.aborted) throw error;
        const seconds = backoff.failed(kind.record) / 1000;
        const names = { source, record: kind.record, file: delivery.file };
        log.error(
          { ...names, error: troubleOf(error), again: `${seconds} s` },
          'a delivery could not be loaded',
        );
        return false;
      }
    }
    return false;
  };

  const take = async (
    kind: StagedKind,
    record: FileRecord,
    found: FoundDelivery,
    before: ActiveDelivery | undefined,
  ): Promise<Taken> => {
    const current = active.get(kind.record);
    if (current !== undefined && sameFile(current, found)) return 'settled';
    const names = { source, record: kind.record, file: found.file };
    const known = await readKnown(pool, kind, found);
    if (known?.state === 'quarantined') {
      log.warn({ ...names, reason: known.reason }, 'this delivery was put aside before');
      return 'settled';
    }
    try {
      if (found.refused === 'link') throw problem('LINK', 'links are not followed');
      const place = placeOf(found, current, before);
      const waits = whyWait(found, record, place);
      if (waits !== undefined) return await letWait(kind, found, waits);
      if (place.kind === 'history') {
        if (known?.state === 'waiting') await forgetWaiting(kind, found);
        return 'settled';
      }
      // Another gateway took it and the one after it before we looked.
      if (place.kind === 'late' && known !== undefined) return 'settled';
      if (place.kind === 'late') throw problem('OLDER', `the active delivery is ${place.than}`);
      if (place.kind === 'same place' && current !== undefined && found.size === current.size) {
        if ((await hashFile(found.path, signal)) === current.sha256) {
          await touchActive(pool, current, found);
          active.set(kind.record, { ...current, ...found });
          return 'settled';
        }
      }
      const today = new Date(clock().getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 10);
      if (found.delivered > today) throw problem('FUTURE', 'the date in its name has not come');
      return await load(kind, record, found);
    } catch (error) {
      const wrong = problemOf(error);
      if (wrong === undefined) throw error;
      await report(kind, found, 'quarantined', wrong);
      log.warn({ ...names, reason: wrong.message }, 'a delivery was put aside');
      const { pattern } = record.delivery;
      const at = clock().toISOString();
      watch.delivered({
        source,
        record: kind.record,
        outcome: 'quarantined',
        pattern,
        rows: 0,
        at,
        reason: wrong.fault,
      });
      return 'settled';
    }
  };

  const load = async (kind: StagedKind, record: FileRecord, found: FoundDelivery): Promise<Taken> => {
    const started = performance.now();
    const isReleased = released.has(`${found.file}:${found.size}:${found.modified}`);
    const outcome = await loadDelivery({ pool, kind, record, found, log, signal, released: isReleased });
    if (outcome.kind === 'busy') return 'busy';
    active.set(kind.record, outcome.delivery);
    waiting.delete(found.file);
    await removeReport(found.path).catch(() => undefined);
    const { rows } = outcome.delivery;
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    log.info({ source, record: kind.record, file: found.file, rows, seconds }, 'a delivery is active');
    tellLoaded(kind.record, rows);
    return 'settled';
  };

  const letWait = async (kind: StagedKind, found: FoundDelivery, waits: DeliveryProblem): Promise<Taken> => {
    if (waiting.get(found.file) === waits.message) return 'waiting';
    waiting.set(found.file, waits.message);
    await report(kind, found, 'waiting', waits);
    const names = { source, record: kind.record, file: found.file };
    log.warn({ ...names, reason: waits.message }, 'a delivery waits');
    return 'waiting';
  };

  /** A full delivery has made the changes that waited needless. */
  const forgetWaiting = async (kind: StagedKind, found: FoundDelivery): Promise<void> => {
    waiting.delete(found.file);
    await forget(pool, kind, found);
    await removeReport(found.path).catch(() => undefined);
  };

  const report = async (
    kind: StagedKind,
    found: FoundDelivery,
    state: 'quarantined' | 'waiting',
    { findings, message }: DeliveryProblem,
  ): Promise<void> => {
    await putAside(pool, kind, found, state, new DeliveryProblem(findings));
    const { source, record } = kind;
    await layReport(found.path, { source, record, file: found.file, state, at: clock(), findings }).catch(
      () =>
        // The register has it all the same.
        log.warn(
          { source, record, file: found.file, reason: message },
          'the report cannot be laid beside its delivery',
        ),
    );
  };

  return { active, look, refresh };
}

function whyWait(found: FoundDelivery, { delivery }: FileRecord, place: Place): DeliveryProblem | undefined {
  if (place.kind === 'history' || place.kind === 'late') return undefined;
  if (found.refused === 'no sidecar')
    return problem('UNPROVEN', `waits for its .${delivery.check.sidecar} file`);
  if (place.kind === 'gap') return problem('GAP', place.reason);
  return undefined;
}

/** What is wrong with the delivery itself; undefined where something else failed and it may be tried again. */
function problemOf(error: unknown): DeliveryProblem | undefined {
  if (error instanceof DeliveryProblem) return error;
  const { code } = error as { readonly code?: unknown };
  // Class 22: data PostgreSQL cannot hold. Trying again would read the whole file every time.
  const unfit = typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
  return unfit ? problem('UNREADABLE', `holds text that cannot be stored (${code})`) : undefined;
}
