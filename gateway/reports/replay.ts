// Judges the question of a report anew: the same subjects, scene, day and place, by the rules and on the data of today.
import type { Decided } from '../request/stages.ts';
import type { EffectLookUp } from '../remedies/effects.ts';
import { comparableNumber } from '../remedies/record-number.ts';
import type { ReportContent } from './report-content.ts';
import { type Remedied, replayDifferences } from './replay-differences.ts';
import { type Execute, askVerdicts } from './verdict-question.ts';

/** The schema's Replay. Throws the ClientError of whatever refuses the question today. */
export async function replayReport(
  parts: { readonly execute: Execute; readonly effects: EffectLookUp; readonly clock: () => Date },
  { admitted }: Decided,
  reported: ReportContent,
): Promise<unknown> {
  const { subjects, scene, asOf, jurisdiction } = reported.question;
  const kind = reported.question.kind === 'Person' ? 'Person' : 'Organization';
  const now = await askVerdicts(parts.execute, admitted, {
    kind,
    codes: subjects,
    scene,
    asOf,
    jurisdiction,
  });
  const { policySet, rulebook } = admitted.snapshot.policies;
  const named = now.members.map((member) => ('subject' in member ? member.subject : undefined));
  const effects = await parts.effects.of(
    named.filter((id) => id !== undefined).map((id) => ({ kind, id })),
    admitted.request,
  );
  const remedied: Remedied = (index, source, recordType, record) =>
    effects
      .get(source)
      ?.get(recordType)
      ?.get(named[index] ?? '')
      ?.get(comparableNumber(record))?.effect !== undefined;
  const differences = replayDifferences(reported, now, remedied, {
    policyVersion: policySet.version,
    rulesVersion: rulebook.version,
  });
  const outcomes = now.members.map((member) => ('outcome' in member ? member.outcome : null));
  const differs =
    reported.verdicts.members.some(({ index, outcome }) => outcome !== outcomes[index]) ||
    differences.some(({ index }) => index !== null);
  return {
    number: reported.number,
    replayedAt: parts.clock().toISOString(),
    differs,
    before: reported.verdicts.combined,
    after: now.outcome,
    differences,
  };
}
