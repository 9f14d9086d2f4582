// Repairs: applied for once the least period has passed, the act is put right and a promise is made; decided by an
// official; in effect they end publication, sharing and use of the record.
import { ClientError } from '../errors.ts';
import type { OwnResolver } from '../request/own-roots.ts';
import type { Decided } from '../request/stages.ts';
import { lastDayOf, plusDays } from '../verdict/period.ts';
import { type FoundRecord, remediableType } from './find-record.ts';
import { repairProcedure } from './procedure.ts';
import { type RemedyParts, advance, file, kept, textIn } from './remedy-desk.ts';
import type { Remedy } from './remedy-store.ts';
import { viewsOf } from './remedy-view.ts';

/** The first day on which a record can be repaired: the day after a least period of calendar months. */
export function firstDayOfRepair(datedOn: string, months: number): string {
  return months === 0 ? datedOn : plusDays(lastDayOf(datedOn, months), 1);
}

/** Deeds about repairs. */
export function repairDeeds(parts: RemedyParts): Readonly<Record<string, OwnResolver>> {
  const shown = (decided: Decided, remedy: Remedy): Promise<unknown> =>
    kept(parts, decided.admitted.request, async ({ query }) => {
      return (await viewsOf(query, [remedy], decided))[0];
    });
  const procedure = repairProcedure;
  return {
    applyForRepair: async (given, decided) => {
      const deed = 'applyForRepair';
      const { today, snapshot } = decided.admitted;
      const { severity } = remediableType(
        decided,
        String(given['recordType']),
        `${deed}(recordType)`,
      ).declared;
      if (severity === undefined) throw new ClientError('REMEDY_NOT_OFFERED', `${deed}(recordType)`);
      const statement = textIn(given, 'promise', deed);
      const correctedOn = String(given['correctedOn']);
      if (correctedOn > today) throw new ClientError('VALUE_INVALID', `${deed}(correctedOn)`);
      const allows = ({ datedOn }: FoundRecord): void => {
        if (datedOn === null) throw new ClientError('RECORD_UNDATED', `${deed}(record)`);
        const first = firstDayOfRepair(datedOn, snapshot.policies.remedyLaw.leastMonths(severity));
        if (today < first) throw new ClientError('REPAIR_TOO_EARLY', `${deed}(record)`, undefined, first);
      };
      const filing = { deed, kind: 'REPAIR', statement, correctedOn, procedure, allows } as const;
      return shown(decided, await file(decided, given, filing, parts));
    },
    decideRepair: async (given, decided) => {
      const deed = 'decideRepair';
      const reason = textIn(given, 'reason', deed);
      const step = given['decision'] === 'ACCEPTED' ? 'accept' : 'refuse';
      return shown(
        decided,
        await advance(decided, given, { deed, kind: 'REPAIR', procedure, step, reason }, parts),
      );
    },
    putRepairInEffect: async (given, decided) => {
      const deed = 'putRepairInEffect';
      const wish = { deed, kind: 'REPAIR', procedure, step: 'putRepairInEffect' } as const;
      return shown(decided, await advance(decided, given, wish, parts));
    },
  };
}
