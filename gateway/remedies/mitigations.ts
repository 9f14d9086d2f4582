// Mitigations (自我纠错): a body has recognised that a subject put right what it did. A person's decision with fact, body and
// reason, flagged on the findings of its record. INVARIANT: no outcome follows from it; whether to be lenient a person says.
import type { OwnResolver } from '../request/own-roots.ts';
import type { Decided } from '../request/stages.ts';
import { mitigationProcedure } from './procedure.ts';
import { type RemedyParts, advance, file, kept, textIn } from './remedy-desk.ts';
import type { Remedy } from './remedy-store.ts';
import { viewsOf } from './remedy-view.ts';

/** Deeds about mitigations. */
export function mitigationDeeds(parts: RemedyParts): Readonly<Record<string, OwnResolver>> {
  const shown = (decided: Decided, remedy: Remedy): Promise<unknown> =>
    kept(parts, decided.admitted.request, async ({ query }) => {
      return (await viewsOf(query, [remedy], decided))[0];
    });
  const procedure = mitigationProcedure;
  return {
    recogniseSelfCorrection: async (given, decided) => {
      const deed = 'recogniseSelfCorrection';
      const filing = {
        deed,
        kind: 'MITIGATION',
        procedure,
        statement: textIn(given, 'fact', deed),
        decidedBy: textIn(given, 'decidedBy', deed),
        reason: textIn(given, 'reason', deed),
      } as const;
      return shown(decided, await file(decided, given, filing, parts));
    },
    withdrawMitigation: async (given, decided) => {
      const deed = 'withdrawMitigation';
      const reason = textIn(given, 'reason', deed);
      const wish = { deed, kind: 'MITIGATION', procedure, step: 'withdrawMitigation', reason } as const;
      return shown(decided, await advance(decided, given, wish, parts));
    },
  };
}
