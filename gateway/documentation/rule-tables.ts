// docs/rules.md: the book of rules as a lawyer reads it, from policies/eligibility.
import type { JurisdictionProfile } from '../../policies/engine/jurisdictions.ts';
import type { Rule } from '../../policies/engine/rule.ts';
import type { Rulebook, SceneRules } from '../../policies/engine/rulebook.ts';
import { code, languages, table } from './markdown.ts';

/** One chapter a scene: the rules assessed, and those that are not. */
export function ruleChapters({ scenes, jurisdictions }: Rulebook): string {
  return [...[...scenes.values()].map(chapter), places(jurisdictions.profiles)].join('\n\n');
}

/** What differs from place to place. */
function places(profiles: readonly JurisdictionProfile[]): string {
  const rows = profiles.map(({ jurisdiction, title, source, objection, longestEffect }) => [
    jurisdiction,
    `${title.en} ${title.zh}`,
    source,
    `${objection.effect === 'SUSPEND' ? 'not executed meanwhile 暂不执行' : 'marked, goes on 标注，继续执行'} (${objection.basis}, ${objection.certainty})`,
    longestEffect === undefined
      ? '–'
      : `${longestEffect.months} months (${longestEffect.basis}, ${longestEffect.certainty})`,
  ]);
  return [
    '## Places · 各地差异',
    'A place without a line has that of the region it lies in. 未列明的地方适用其上级区划的规定。',
    table(
      [
        'Region',
        'Name',
        'Notice',
        'Joint sanctions under objection 异议期间的联合惩戒',
        'Longest effect 最长期限',
      ],
      rows,
    ),
  ].join('\n\n');
}

function chapter(scene: SceneRules): string {
  const about = [...scene.subjects].map(([kind, { recordTypes }]) => {
    const sources = [...new Set(recordTypes.map(({ source }) => source))];
    return `About: ${kind}. Mandatory evidence: ${recordTypes.map(({ name }) => code(name)).join(', ')} of ${sources.map(code).join(', ')}.`;
  });
  const head = [
    'Rule',
    'Policy',
    'What it says',
    '内容',
    'Effect',
    'Term',
    'Objection',
    'Basis',
    'Where',
    'Law from',
    'Checked',
  ];
  const notes = scene.notAssessed.map(({ id, title, basis, certainty }) => {
    const { en, zh } = languages(title);
    return [id, en, zh, basis, certainty];
  });
  return [
    `## ${scene.scene}`,
    ...about,
    table(head, scene.rules.map(ruleRow)),
    '### Not assessed · 尚未纳入',
    'Every verdict lists these; CLEAR does not speak of them. 结论不涵盖下列规则。',
    table(['Rule', 'What it says', '内容', 'Basis', 'Checked'], notes),
  ].join('\n\n');
}

function ruleRow(rule: Rule): readonly string[] {
  const { en, zh } = languages(rule.title);
  return [
    rule.rule,
    code(rule.id),
    en,
    zh,
    rule.absent === undefined ? rule.effect : `${rule.effect}; ${rule.absent} if there is no record`,
    termOf(rule),
    objectionOf(rule),
    rule.basis,
    rule.jurisdiction,
    rule.validTo === undefined ? rule.validFrom : `${rule.validFrom} to ${rule.validTo}`,
    rule.certainty,
  ];
}

function objectionOf({ objection, measure }: Rule): string {
  if (objection === 'REVIEW') return 'REVIEW 转人工';
  return objection === 'LOCAL' && measure === 'JOINT_SANCTION'
    ? 'as the place says 依各地规定'
    : 'changes nothing 不影响';
}

/** From which field on, for how long. */
function termOf(rule: Rule): string {
  const parts = [`from ${code(rule.startField)}`];
  if (rule.endField !== undefined) parts.push(`to ${code(rule.endField)}`);
  if (rule.term !== undefined)
    parts.push(`${rule.endField === undefined ? '' : 'at least '}${rule.term.months} months`);
  if (rule.extensionField !== undefined) parts.push(`plus ${code(rule.extensionField)} months`);
  if (rule.open) parts.push('no fixed end');
  if (rule.removedField !== undefined) parts.push(`until ${code(rule.removedField)}`);
  if (rule.combined !== undefined)
    parts.push(`overlapping ones add up to ${rule.combined.months} months at most`);
  return parts.join(', ');
}
