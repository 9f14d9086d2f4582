// Takes deliveries in: looks into the drop box, decides which come next, loads them, and puts aside with a report what
// cannot be used. A bad delivery never replaces a good one; what fails for other reasons is coded and tried again.
import type pg from 'pg';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import type { Clock } from '../connector.ts';
import type { Log } from '../log.ts';
import type { FileManifest, FileRecord } from '../manifest.ts';
import { type MaskIndex, indexMasks } from '../mask-index.ts';
import type { Watch } from '../watch.ts';
import { hashFile } from './delivery-bytes.ts';
import { type Place, placeOf } from './delivery-order.ts';
import { gapsIn } from './delivery-gaps.ts';
import { DeliveryProblem, type Finding, problem } from './delivery-problem.ts';
import { layReport, removeReport } from './delivery-report.ts';
import { openDropBox } from './drop-box.ts';
import { openBackoff, troubleOf } from './intake-trouble.ts';
import { readMasks } from './key-counts.ts';
import { type LookedThrough, loadDelivery, lookThrough, sameFile } from './load.ts';
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
  /** Record type → staged key column → the masked keys of the active delivery. */
  readonly masks: ReadonlyMap<string, ReadonlyMap<string, MaskIndex>>;
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
  const masks = new Map<string, ReadonlyMap<string, MaskIndex>>();
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
        await use(row.record, row);
        if (before !== undefined && !sameFile(before, row)) tellLoaded(row.record, row.rows);
      } else {
        released.add(`${row.file}:${row.size}:${row.modified}`);
        settled.delete(row.file);
      }
    }
  };

  /** Look-ups read this delivery from now on, and know which masks its keys have. */
  const use = async (record: string, delivery: ActiveDelivery): Promise<void> => {
    const mapping = manifest.records.get(record)!;
    const before = active.get(record);
    const isNew = before === undefined || !sameFile(before, delivery) || before.table !== delivery.table;
    if (isNew) {
      const found = delivery.keys.masked === 0 ? [] : await readMasks(pool, mapping, delivery.table);
      masks.set(record, new Map([...found].map(([name, texts]) => [name, indexMasks(texts)])));
    }
    active.set(record, delivery);
    if (!isNew && before.whole === delivery.whole) return;
    const { rows, keys } = delivery;
    const gaps = gapsIn(mapping, delivery);
    const { masked, unusable } = keys;
    watch.keysCounted({ source, record, rows, masked, unusable, gaps, at: clock().toISOString() });
    if (gaps.length > 0)
      log.warn({ source, record, file: delivery.file, gaps }, 'nobody is clear by this delivery');
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
      const waits = whyWait(found, record, place, isReleased(found));
      if (waits !== undefined) return await letWait(kind, record, found, waits);
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
          await use(kind.record, { ...current, ...found });
          return 'settled';
        }
      }
      const today = beijingDay(clock());
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
    const loading = { pool, kind, record, found, log, signal, released: isReleased(found) };
    const outcome = await loadDelivery(loading);
    if (outcome.kind === 'busy') return 'busy';
    await use(kind.record, outcome.delivery);
    waiting.delete(found.file);
    const { rows, findings } = outcome.delivery;
    if (findings.length > 0) await layBeside(kind, found, 'in use', findings);
    else await removeReport(found.path).catch(() => undefined);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const { leftOut } = outcome.delivery.keys;
    log.info(
      { source, record: kind.record, file: found.file, rows, seconds, ...leftOut },
      'a delivery is active',
    );
    tellLoaded(kind.record, rows);
    return 'settled';
  };

  const isReleased = ({ file, size, modified }: FoundDelivery): boolean =>
    released.has(`${file}:${size}:${modified}`);

  const letWait = async (
    kind: StagedKind,
    record: FileRecord,
    found: FoundDelivery,
    waits: DeliveryProblem,
  ): Promise<Taken> => {
    const why = `${waits.message} ${found.size} ${found.modified}`;
    if (waiting.get(found.file) === why) return 'waiting';
    const looked =
      waits.fault === 'UNPROVEN' && !found.delta
        ? await lookThrough({ pool, kind, record, found, log, signal })
        : undefined;
    waiting.set(found.file, why);
    await report(
      kind,
      found,
      'waiting',
      new DeliveryProblem([...waits.findings, ...(looked?.findings ?? [])]),
      looked,
    );
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
    problem: DeliveryProblem,
    looked?: LookedThrough,
  ): Promise<void> => {
    const { findings } = problem;
    await putAside(pool, kind, found, state, problem, looked);
    await layBeside(kind, found, state, findings);
  };

  const layBeside = async (
    { source, record }: StagedKind,
    { path, file }: FoundDelivery,
    state: 'quarantined' | 'waiting' | 'in use',
    findings: readonly Finding[],
  ): Promise<void> =>
    layReport(path, { source, record, file, state, at: clock(), findings }).catch(() =>
      // The register has it all the same.
      log.warn({ source, record, file }, 'the report cannot be laid beside its delivery'),
    );

  return { active, masks, look, refresh };
}

function whyWait(
  found: FoundDelivery,
  { delivery }: FileRecord,
  place: Place,
  isReleased: boolean,
): DeliveryProblem | undefined {
  if (place.kind === 'history' || place.kind === 'late') return undefined;
  if (found.refused === 'no sidecar' && !isReleased)
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
