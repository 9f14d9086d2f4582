// The roots of remedies: deeds of the credit office and its counter, and the questions of those who handle them.
import type { OwnResolver, OwnRoots } from '../request/own-roots.ts';
import { mustSee } from '../request/own-view.ts';
import { pseudonymOf } from '../request/pseudonyms.ts';
import type { Decided } from '../request/stages.ts';
import type { RemedyKind } from '../../policies/engine/remedy-law.ts';
import { changesSince } from './remedy-changes.ts';
import { objectionDeeds } from './objections.ts';
import { type Given, type RemedyParts, kept, subjectIn } from './remedy-desk.ts';
import {
  type Remedy,
  openCorrections,
  overdueOn,
  remediesOfSubject,
  remedyByNumber,
} from './remedy-store.ts';
import { correctionView, viewsOf } from './remedy-view.ts';
import { repairDeeds } from './repairs.ts';

/** Serves the roots of schema/credit-remedies.graphql. */
export function remedies(parts: RemedyParts): Partial<OwnRoots> {
  const byNumber =
    (kind: RemedyKind, root: string): OwnResolver =>
    ({ number }, decided) => {
      mustSee(decided, kind === 'OBJECTION' ? 'Objection.number' : 'Repair.number', root);
      return kept(parts, decided.admitted.request, async ({ query }) => {
        const remedy = await remedyByNumber(query, String(number));
        if (remedy?.kind !== kind) return null;
        return (await viewsOf(query, [remedy], decided.admitted.today))[0];
      });
    };
  const both = (
    decided: Decided,
    listOf: (query: Parameters<typeof viewsOf>[0], kind: RemedyKind) => Promise<readonly Remedy[]>,
  ): Promise<unknown> =>
    kept(parts, decided.admitted.request, async ({ query }) => ({
      objections: await viewsOf(query, await listOf(query, 'OBJECTION'), decided.admitted.today),
      repairs: await viewsOf(query, await listOf(query, 'REPAIR'), decided.admitted.today),
    }));
  return {
    mutations: { ...objectionDeeds(parts), ...repairDeeds(parts) },
    queries: {
      objection: byNumber('OBJECTION', 'objection'),
      repair: byNumber('REPAIR', 'repair'),
      remediesOf: (given: Given, decided) => {
        mustSee(decided, 'RemedyList.objections', 'remediesOf');
        const subject = pseudonymOf(parts.pseudonymise, subjectIn(given, 'remediesOf'));
        return both(decided, (query, kind) => remediesOfSubject(query, subject, kind));
      },
      overdueRemedies: (_given, decided) => {
        mustSee(decided, 'RemedyList.objections', 'overdueRemedies');
        return both(decided, (query, kind) => overdueOn(query, decided.admitted.today, kind));
      },
      correctionRequests: ({ source }, decided) => {
        mustSee(decided, 'CorrectionRequest.objection', 'correctionRequests');
        return kept(parts, decided.admitted.request, async ({ query }) =>
          (await openCorrections(query, typeof source === 'string' ? source : undefined)).map(correctionView),
        );
      },
      remedyChanges: (given: Given, decided) => {
        mustSee(decided, 'RemedyChanges.nodes', 'remedyChanges');
        return kept(parts, decided.admitted.request, ({ query }) => changesSince(query, given));
      },
    },
  };
}
