// Objections: filed against a record the subject has, admitted or refused, verified, decided. While one is open the record says so; upheld, it
// is no longer used and its owner is asked to correct it.
import { ClientError } from '../errors.ts';
import type { OwnResolver } from '../request/own-roots.ts';
import { objectionProcedure } from './procedure.ts';
import { type RemedyParts, actor, advance, file, kept, seen, settle, textIn } from './remedy-desk.ts';
import { changing, closeCorrection, moveRemedy, requestCorrection } from './remedy-store.ts';
import { viewsOf } from './remedy-view.ts';
import type { Remedy } from './remedy-store.ts';
import type { Decided } from '../request/stages.ts';

/** Deeds about objections. */
export function objectionDeeds(parts: RemedyParts): Readonly<Record<string, OwnResolver>> {
  const shown = (decided: Decided, remedy: Remedy): Promise<unknown> =>
    kept(parts, decided.admitted.request, async ({ query }) => {
      return (await viewsOf(query, [remedy], decided))[0];
    });
  const procedure = objectionProcedure;
  return {
    fileObjection: async (given, decided) => {
      const deed = 'fileObjection';
      const statement = textIn(given, 'statement', deed);
      return shown(
        decided,
        await file(decided, given, { deed, kind: 'OBJECTION', statement, procedure }, parts),
      );
    },
    beginVerification: async (given, decided) => {
      const deed = 'beginVerification';
      const wish = { deed, kind: 'OBJECTION', procedure, step: 'beginVerification' } as const;
      return shown(decided, await advance(decided, given, wish, parts));
    },
    refuseObjection: async (given, decided) => {
      const deed = 'refuseObjection';
      const [reason, ground] = [textIn(given, 'reason', deed), String(given['ground'])];
      const wish = { deed, kind: 'OBJECTION', procedure, step: 'refuseObjection', reason, ground } as const;
      return shown(decided, await advance(decided, given, wish, parts));
    },
    decideObjection: async (given, decided) => {
      const deed = 'decideObjection';
      const reason = textIn(given, 'reason', deed);
      const upheld = given['decision'] === 'UPHELD';
      const wish = {
        deed,
        kind: 'OBJECTION',
        procedure,
        step: upheld ? 'uphold' : 'reject',
        reason,
        ...(upheld
          ? {
              and: (query, moved) => requestCorrection(query, moved, reason, decided.admitted.today),
            }
          : {}),
      } satisfies Parameters<typeof advance>[2];
      return shown(decided, await advance(decided, given, wish, parts));
    },
    withdrawObjection: async (given, decided) => {
      const deed = 'withdrawObjection';
      const reason = textIn(given, 'reason', deed);
      const wish = { deed, kind: 'OBJECTION', procedure, step: 'withdrawObjection', reason } as const;
      return shown(decided, await advance(decided, given, wish, parts));
    },
    closeCorrection: async (given, decided) => {
      const deed = 'closeCorrection';
      const { admitted } = decided;
      const outcome = String(given['outcome']);
      const closed = await kept(parts, admitted.request, (own) =>
        changing(own, async (query) => {
          const before = await seen(query, given, { kind: 'OBJECTION', deed, decided }, parts);
          if (!(await closeCorrection(query, before.number, outcome, admitted.today)))
            throw new ClientError('REMEDY_CLOSED', `${deed}(number)`);
          // What its owner has corrected counts again, as it now reads.
          const effect = outcome === 'CORRECTED' ? null : before.effect;
          return moveRemedy(query, before, { ...before, effect }, actor(decided, parts, outcome));
        }),
      );
      await settle(decided, deed, closed, parts);
      return shown(decided, closed);
    },
  };
}
