// The roots of remedies: deeds of the credit office and its counter, and the questions of those who handle them.
import { ClientError } from '../errors.ts';
import type { OwnResolver, OwnRoots } from '../request/own-roots.ts';
import { mustSee } from '../request/own-view.ts';
import { pseudonymOf } from '../request/pseudonyms.ts';
import type { Decided } from '../request/stages.ts';
import type { RemedyKind } from '../../policies/engine/remedy-law.ts';
import { changesSince } from './remedy-changes.ts';
import { mitigationDeeds } from './mitigations.ts';
import { objectionDeeds } from './objections.ts';
import { isInSight, mayActFor, oneself, typesInSight } from './in-sight.ts';
import { type Given, type RemedyParts, kept, subjectIn } from './remedy-desk.ts';
import {
  type Listed,
  type Remedy,
  openCorrections,
  overdueOn,
  remediesOfSubject,
  remedyByNumber,
} from './remedy-store.ts';
import { correctionView, viewsOf } from './remedy-view.ts';
import { repairDeeds } from './repairs.ts';

const typeOf: Readonly<Record<RemedyKind, string>> = {
  OBJECTION: 'Objection',
  REPAIR: 'Repair',
  MITIGATION: 'Mitigation',
};

/** Serves the roots of schema/credit-remedies.graphql. */
export function remedies(parts: RemedyParts): Partial<OwnRoots> {
  const byNumber =
    (kind: RemedyKind, root: string): OwnResolver =>
    ({ number }, decided) => {
      mustSee(decided, `${typeOf[kind]}.number`, root);
      return kept(parts, decided.admitted.request, async ({ query }) => {
        const remedy = await remedyByNumber(query, String(number));
        if (remedy?.kind !== kind || !isInSight(decided, remedy, parts.pseudonymise)) return null;
        return (await viewsOf(query, [remedy], decided))[0];
      });
    };
  const both = (
    decided: Decided,
    listOf: (query: Parameters<typeof viewsOf>[0], listed: Listed) => Promise<readonly Remedy[]>,
  ): Promise<unknown> => {
    const recordTypes = typesInSight(decided);
    return kept(parts, decided.admitted.request, async ({ query }) => ({
      objections: await viewsOf(query, await listOf(query, { kind: 'OBJECTION', recordTypes }), decided),
      repairs: await viewsOf(query, await listOf(query, { kind: 'REPAIR', recordTypes }), decided),
      mitigations: await viewsOf(query, await listOf(query, { kind: 'MITIGATION', recordTypes }), decided),
    }));
  };
  return {
    mutations: { ...objectionDeeds(parts), ...repairDeeds(parts), ...mitigationDeeds(parts) },
    queries: {
      objection: byNumber('OBJECTION', 'objection'),
      repair: byNumber('REPAIR', 'repair'),
      mitigation: byNumber('MITIGATION', 'mitigation'),
      remediesOf: async (given: Given, decided) => {
        mustSee(decided, 'RemedyList.objections', 'remediesOf');
        const of = subjectIn(given, 'remediesOf', decided);
        if (!mayActFor(decided, of)) throw new ClientError('SUBJECT_NOT_PERMITTED', 'remediesOf');
        await parts.cases.claim(decided, [of]);
        const subject = pseudonymOf(parts.pseudonymise, of);
        return both(decided, (query, listed) => remediesOfSubject(query, subject, listed));
      },
      myRemedies: (_given, decided) => {
        mustSee(decided, 'OwnRemedies.objections', 'myRemedies');
        const subject = pseudonymOf(parts.pseudonymise, oneself(decided, 'myRemedies'));
        return both(decided, (query, listed) => remediesOfSubject(query, subject, listed));
      },
      overdueRemedies: (_given, decided) => {
        mustSee(decided, 'RemedyList.objections', 'overdueRemedies');
        return both(decided, (query, listed) => overdueOn(query, decided.admitted.today, listed));
      },
      correctionRequests: ({ source }, decided) => {
        mustSee(decided, 'CorrectionRequest.objection', 'correctionRequests');
        return kept(parts, decided.admitted.request, async ({ query }) =>
          (
            await openCorrections(
              query,
              typeof source === 'string' ? source : undefined,
              typesInSight(decided),
            )
          ).map(correctionView),
        );
      },
      remedyChanges: (given: Given, decided) => {
        mustSee(decided, 'RemedyChanges.nodes', 'remedyChanges');
        return kept(parts, decided.admitted.request, ({ query }) =>
          changesSince(query, given, typesInSight(decided)),
        );
      },
    },
  };
}
