// docs/rules.md: the book of rules as a lawyer reads it, from policies/eligibility.
import { isEnumType } from 'graphql';
import type { JurisdictionProfile, Jurisdictions } from '../../policies/engine/jurisdictions.ts';
import type { Rule } from '../../policies/engine/rule.ts';
import type { Rulebook, SceneRules } from '../../policies/engine/rulebook.ts';
import type { Catalogue } from '../../schema/catalogue.ts';
import { code, codes, languages, table } from './markdown.ts';

/** What the chapters are written from. */
interface Book {
  readonly rulebook: Rulebook;
  readonly catalogue: Catalogue;
  /** Policy → number of golden cases that cite it. */
  readonly cases: ReadonlyMap<string, number>;
}

/** One chapter a scene: the rules assessed, and those that are not. */
export function ruleChapters(
  rulebook: Rulebook,
  catalogue: Catalogue,
  cases: ReadonlyMap<string, number>,
): string {
  const book = { rulebook, catalogue, cases };
  const { scenes, jurisdictions } = rulebook;
  const chapters = [...scenes.values()].map((scene) => chapter(scene, book));
  return [...chapters, places(jurisdictions.profiles)].join('\n\n');
}

/** What the schema says of a scene. */
function titleOf(scene: string, { schema }: Catalogue): string {
  const type = schema.getType('Scene');
  return (isEnumType(type) ? type.getValue(scene)?.description : undefined) ?? scene;
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

function chapter(scene: SceneRules, { rulebook, catalogue, cases }: Book): string {
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
    'Cases',
  ];
  const notes = scene.notAssessed.map(({ id, title, basis, certainty }) => {
    const { en, zh } = languages(title);
    return [id, en, zh, basis, certainty];
  });
  return [
    `## ${scene.scene}`,
    titleOf(scene.scene, catalogue),
    ...about,
    table(
      head,
      scene.rules.map((rule) => [...ruleRow(rule, rulebook.jurisdictions), String(cases.get(rule.id) ?? 0)]),
    ),
    '### Not assessed · 尚未纳入',
    'Every verdict lists these; CLEAR does not speak of them. 结论不涵盖下列规则。',
    table(['Rule', 'What it says', '内容', 'Basis', 'Checked'], notes),
  ].join('\n\n');
}

function ruleRow(rule: Rule, { profiles }: Jurisdictions): readonly string[] {
  const place = profiles.find(({ jurisdiction }) => jurisdiction === rule.jurisdiction)?.title.zh;
  const { en, zh } = languages(rule.title);
  return [
    rule.rule,
    code(rule.id),
    en,
    zh,
    effectOf(rule),
    termOf(rule),
    objectionOf(rule),
    rule.basis,
    place === undefined ? rule.jurisdiction : `${rule.jurisdiction} ${place}`,
    rule.validTo === undefined ? rule.validFrom : `${rule.validFrom} to ${rule.validTo}`,
    rule.certainty,
  ];
}

/** What it does, and how it stands to other records and rules. */
function effectOf({ effect, absent, subject, actField, replaces, agreesWith, sum }: Rule): string {
  const parts = [subject === undefined ? effect : `${effect} (${subject})`];
  if (absent !== undefined) parts.push(`${absent} if there is no record 无记录时${absent}`);
  if (sum !== undefined)
    parts.push(
      `where ${code(sum.field)} of one ${code(sum.per)} adds up to ${sum.atLeast} or more 同一${code(sum.per)}累计达 ${sum.atLeast}`,
    );
  if (actField !== undefined) parts.push('one act counts once 同一行为只计一次');
  if (replaces.length > 0) parts.push(`instead of ${codes(replaces)} 取代`);
  if (agreesWith.length > 0)
    parts.push(`REVIEW citing both unless ${codes(agreesWith)} agrees 与其不一致时转人工`);
  return parts.join('; ');
}

function objectionOf({ objection, measure }: Rule): string {
  if (objection === 'REVIEW') return 'REVIEW 转人工';
  return objection === 'LOCAL' && measure === 'JOINT_SANCTION'
    ? 'as the place says 依各地规定'
    : 'changes nothing 不影响';
}

/** From which field on, for how long. */
function termOf(rule: Rule): string {
  const parts = [`from ${rule.overdue ? 'the day after ' : ''}${code(rule.startField)}`];
  if (rule.endField !== undefined) parts.push(`to ${code(rule.endField)}`);
  if (rule.term !== undefined)
    parts.push(`${rule.endField === undefined ? '' : 'at least '}${rule.term.months} months`);
  if (rule.extensionField !== undefined) parts.push(`plus ${code(rule.extensionField)} months`);
  if (rule.open) parts.push('no fixed end');
  if (rule.removedField !== undefined) parts.push(`until ${code(rule.removedField)}`);
  if (rule.combined !== undefined)
    parts.push(`overlapping ones add up to ${rule.combined.months} months at most`);
  if (rule.across !== undefined)
    parts.push(`with those of other kinds: REVIEW beyond the longest (${rule.across})`);
  return parts.join(', ');
}
