// docs/rules.md: the book of rules as a lawyer reads it, from policies/eligibility.
import type { Rule, Rulebook, SceneRules } from '../../policies/engine/rulebook.ts';
import { code, languages, table } from './markdown.ts';

/** One chapter a scene: the rules assessed, and those that are not. */
export function ruleChapters({ scenes }: Rulebook): string {
  return [...scenes.values()].map(chapter).join('\n\n');
}

function chapter(scene: SceneRules): string {
  const sources = [...new Set(scene.recordTypes.map(({ source }) => source))];
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
    `About: ${scene.subject}. Mandatory evidence: ${scene.recordTypes.map(({ name }) => code(name)).join(', ')} of ${sources.map(code).join(', ')}.`,
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
    rule.objection === 'KEEP' ? 'changes nothing 不影响' : 'REVIEW 转人工',
    rule.basis,
    rule.jurisdiction,
    rule.validTo === undefined ? rule.validFrom : `${rule.validFrom} to ${rule.validTo}`,
    rule.certainty,
  ];
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
  return parts.join(', ');
}
