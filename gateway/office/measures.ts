// Measures: ordered from the closed list on the record of a subject, fed back by their executor, lifted early or ended
// by their last day. While an objection to the record is verified a sanction is not executed where the place says so.
import { ClientError } from '../errors.ts';
import type { OwnResolver } from '../request/own-roots.ts';
import { type RemedyParts, textIn } from '../remedies/remedy-desk.ts';
import { remediesOfRecord } from '../remedies/remedy-store.ts';
import type { Decided } from '../request/stages.ts';
import { followRecord } from './follow-record.ts';
import { baseOf, writeOrder, orderOn, recordNamed, takeActStep } from './office-desk.ts';
import { measureProcedure } from './office-procedure.ts';
import { type OfficeAct, actByNumber } from './office-store.ts';

/** Deeds about measures. `shown` makes the answer. */
export function measureDeeds(
  parts: RemedyParts,
  shown: (decided: Decided, act: OfficeAct) => Promise<unknown>,
): Readonly<Record<string, OwnResolver>> {
  const procedure = measureProcedure;
  return {
    orderMeasure: async (given, decided) => {
      const deed = 'orderMeasure';
      const { snapshot, today } = decided.admitted;
      const texts = {
        document: textIn(given, 'document', deed),
        authority: textIn(given, 'authority', deed),
        executor: textIn(given, 'executor', deed),
      };
      const types = snapshot.policies.remedyLaw.orders.measures;
      const { subject, listed } = await orderOn(decided, given, { deed, types }, parts);
      const { nature, honours = null } = listed.type;
      const [from, to] = [String(given['from']), typeof given['to'] === 'string' ? given['to'] : null];
      // A sanction has its fixed period (黄信用办〔2017〕25号 四（九）：“确定失信行为惩戒期限”).
      if ((to === null && nature === 'SANCTION') || (to !== null && (to < from || to < today)))
        throw new ClientError('VALUE_INVALID', `${deed}(to)`);
      const found = await recordNamed(decided, given, subject, deed, parts);
      if (found === undefined && nature === 'SANCTION')
        throw new ClientError('MEASURE_WITHOUT_RECORD', `${deed}(record)`);
      const act = {
        ...baseOf(decided, { subject, listed, found }, parts),
        ...texts,
        kind: 'MEASURE',
        nature,
        honours,
        matter: null,
        state: procedure.first,
        from_on: from,
        to_on: to,
        due_on: null,
      } as const;
      const { jurisdictions } = snapshot.policies.rulebook;
      const ordered = await writeOrder(decided, act, deed, parts, async (query, entered, by) => {
        const { source, record_type, record } = act;
        if (source === null || record_type === null || record === null) return entered;
        const others = await remediesOfRecord(query, { subject: act.subject, source, record_type, record });
        const settled = others.find(({ effect }) => effect === 'REPAIRED' || effect === 'REVOKED');
        if (settled !== undefined)
          throw new ClientError('REMEDY_SETTLED', `${deed}(record)`, undefined, settled.number);
        // Ordered in the midst of an objection, it waits like the others.
        for (const other of others) await followRecord(query, other, by, { jurisdictions, today });
        return (await actByNumber(query, entered.number))!;
      });
      return shown(decided, ordered);
    },
    feedBackMeasure: async (given, decided) => {
      const deed = 'feedBackMeasure';
      const answer = textIn(given, 'feedback', deed);
      const step = { deed, kind: 'MEASURE', procedure, change: () => ({ answer }) } as const;
      return shown(decided, await takeActStep(decided, given, step, parts));
    },
    liftMeasure: async (given, decided) => {
      const deed = 'liftMeasure';
      const reason = textIn(given, 'reason', deed);
      const { today } = decided.admitted;
      const change = ({ to_on }: OfficeAct) => {
        // What has ended by its last day is not lifted any more.
        if (to_on !== null && to_on < today) throw new ClientError('REMEDY_CLOSED', `${deed}(number)`);
        return { closed_on: today };
      };
      const step = { deed, kind: 'MEASURE', procedure, reason, change } as const;
      return shown(decided, await takeActStep(decided, given, step, parts));
    },
  };
}
