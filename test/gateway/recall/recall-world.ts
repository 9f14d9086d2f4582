// A state with remedies and readings in it, over a real PostgreSQL and the house's own policies: what the recall works on.
import { readDefinition } from '../../../gateway/gateway.ts';
import type { AuditBody } from '../../../gateway/audit/entry.ts';
import { openReadingStore } from '../../../gateway/recall/reading-store.ts';
import { type TellingParts, tellNext } from '../../../gateway/recall/tell-readers.ts';
import type { RemedyEffect } from '../../../gateway/remedies/procedure.ts';
import { type Remedy, changing, enterRemedy, moveRemedy } from '../../../gateway/remedies/remedy-store.ts';
import { type PolicySnapshot, takeSnapshot } from '../../../gateway/request/snapshot.ts';
import type { GatewayState } from '../../../gateway/state/state.ts';
import type { Consumer } from '../../../policies/engine/consumers.ts';
import { startOwnState } from '../state/own-state.ts';

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One reading, as the index keeps it. */
export interface ReadingGiven {
  readonly consumer: string;
  readonly purpose: string;
  readonly subject: string;
  readonly at: Date;
  readonly source?: string;
  readonly record?: string;
  readonly fields?: readonly string[];
  readonly caseNumber?: string;
  readonly user?: string;
  readonly rules?: readonly string[];
  readonly sealed?: boolean;
  readonly answered?: boolean;
  readonly log?: string;
}

export interface RecallWorld {
  readonly state: GatewayState;
  readonly url: string;
  snapshot: PolicySnapshot;
  now: Date;
  /** Entries of the audit that telling made. */
  readonly audited: AuditBody[];
  readonly parts: TellingParts;
  /** Keeps a reading. @returns its request */
  read(reading: ReadingGiven): Promise<string>;
  file(
    given?: Partial<Record<'subject' | 'record' | 'source' | 'record_type', string>> & {
      readonly effect?: RemedyEffect | null;
      readonly facts?: Readonly<Record<string, unknown>>;
    },
  ): Promise<Remedy>;
  move(remedy: Remedy, state: string, effect: RemedyEffect | null, open?: boolean): Promise<Remedy>;
  /** Tells all there is to tell. */
  tell(): Promise<void>;
  /** Notices as they are kept, in the order of lists. */
  notices(): Promise<readonly any[]>;
  /** The policies with some consumers changed; undefined: gone. */
  withConsumers(changed: Readonly<Record<string, Partial<Consumer> | undefined>>): PolicySnapshot;
  /** Empties everything. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRecallWorld(): Promise<RecallWorld> {
  const { state, url, stop } = await startOwnState();
  const { snapshot: whole } = await readDefinition('.', {}, { addressesRequired: false });
  const store = openReadingStore(state);
  let number = 0;
  const start = new Date('2026-11-22T04:00:00Z');
  const world: RecallWorld = {
    state,
    url,
    snapshot: whole,
    now: start,
    audited: [],
    parts: {
      state,
      snapshot: () => world.snapshot,
      audit: {
        append: (body) => {
          world.audited.push(body);
          return world.audited.length;
        },
      },
      clock: () => world.now,
      days: 90,
    },
    read: async (given) => {
      number += 1;
      const { consumer, purpose, subject, at, source = 'procurement', record = 'ProcurementBan' } = given;
      const { log = 'log', answered = true } = given;
      const request = `r-${number}`;
      const from = await store.position(log);
      const reading = {
        seq: from.seq + 1,
        request,
        at: at.toISOString(),
        consumer,
        purpose,
        case_number: given.caseNumber ?? null,
        officer: given.user ?? null,
        sealed: given.sealed ?? false,
        keep: 'P3Y',
        fields: { [source]: { [record]: [...(given.fields ?? ['documentNumber', 'recordStatus'])] } },
      };
      const to = { ...from, seq: from.seq + 1, offset: from.offset + 100 };
      await store.keep(log, from, to, {
        readings: [reading],
        subjects: [{ seq: reading.seq, subject, sources: [source] }],
        answered: answered ? [request] : [],
        cited: given.rules === undefined ? [] : [{ request, subject, rules: given.rules }],
      });
      return request;
    },
    file: async (given = {}) => {
      const { effect = 'UNDER_OBJECTION', facts = { recordStatus: 'EFFECTIVE' }, ...rest } = given;
      return changing(state, (query) =>
        enterRemedy(
          query,
          {
            kind: 'OBJECTION',
            subject: 'firm',
            subject_kind: 'Organization',
            subject_id: 'the-firm',
            source: 'procurement',
            record_type: 'ProcurementBan',
            record: 'B-1',
            state: 'FILED',
            statement: 'text',
            corrected_on: null,
            filed_on: '2026-11-22',
            due_on: '2026-11-25',
            ...rest,
            effect,
            facts,
          },
          stepBy(),
        ),
      );
    },
    move: (remedy, to, effect, open = false) =>
      changing(state, (query) =>
        moveRemedy(query, remedy, { state: to, open, effect, due_on: null }, stepBy()),
      ),
    tell: async () => {
      while (await tellNext(world.parts));
    },
    notices: () =>
      state.query(
        `select n.*, c.kind from gateway.recall_notice n join gateway.recall_change c on c.seq = n.change
         order by n.consumer, n.number, n.id`,
      ),
    withConsumers: (changed) => {
      const { policySet } = whole.policies;
      const consumers = new Map(policySet.consumers.consumers);
      for (const [name, change] of Object.entries(changed)) {
        if (change === undefined) consumers.delete(name);
        else consumers.set(name, { ...consumers.get(name)!, ...change });
      }
      return takeSnapshot(whole.catalogue, {
        ...whole.policies,
        policySet: { ...policySet, consumers: { ...policySet.consumers, consumers } },
      });
    },
    clear: async () => {
      world.now = start;
      world.snapshot = whole;
      world.audited.length = 0;
      await state.query(`truncate gateway.webhook_message, gateway.webhook_attempt, gateway.webhook_gone,
        gateway.recall_reading, gateway.recall_notice, gateway.recall_change, gateway.recall_list, gateway.remedy_event,
        gateway.correction_request, gateway.remedy, gateway.access_subject, gateway.access_reading,
        gateway.access_position`);
    },
    stop,
  };
  const stepBy = () => ({
    at: world.now,
    consumer: 'office',
    official: 'o',
    request: 'r',
    reason: undefined,
  });
  await world.clear();
  return world;
}

/** So many days before or after. */
export const daysFrom = (at: Date, days: number): Date => new Date(at.getTime() + days * 86_400_000);
