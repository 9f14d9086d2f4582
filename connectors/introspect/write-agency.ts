// Writes the three files of a new agency from what was found. What nobody has decided is the most restrictive: not
// shared, level 4, personal, and forbidden to everybody until a person edits the policy.
import type { Bilingual } from '../../schema/bilingual.ts';
import type { FoundRecord } from './found-record.ts';
import { type ProposedField, type ProposedKey, proposeFields } from './propose-field.ts';

export interface AgencyDraft {
  /** Short lower-case name: the files' name. */
  readonly name: string;
  /** Name of the record type, such as TaxListing. */
  readonly record: string;
  readonly title: Bilingual;
  readonly owner: Bilingual;
  readonly transport: string;
  /** Variable that holds the address. */
  readonly variable: string;
  readonly key: ProposedKey;
  readonly found: FoundRecord;
}

export interface AgencyFile {
  readonly path: string;
  readonly text: string;
}

export function writeAgency(draft: AgencyDraft): readonly AgencyFile[] {
  return [
    { path: `schema/${draft.name}.graphql`, text: sdl(draft) },
    { path: `connectors/sources/${draft.name}.yaml`, text: manifest(draft) },
    { path: `policies/access/${draft.name}.cedar`, text: policy(draft) },
  ];
}

const subjectOf = ({ as }: ProposedKey): 'Organization' | 'Person' =>
  as === 'citizen-id' ? 'Person' : 'Organization';

function sdl({ name, record, title, key, found }: AgencyDraft): string {
  const section = `${pascal(name)}Section`;
  const fields = proposeFields(found.columns).flatMap(({ field, type, column, remark, comment }) => [
    ...(remark === undefined ? [] : [`  # TODO: ${remark}`]),
    `  """TODO: ${quoted(field)}. ${quoted(comment ?? column)}。"""`,
    `  ${field}: ${type}`,
  ]);
  return `${[
    `extend type ${subjectOf(key)} {`,
    `  """${quoted(title.en)}. ${quoted(title.zh)}。"""`,
    `  ${name}: ${section}`,
    '}',
    '',
    `"""${quoted(title.en)}. ${quoted(title.zh)}。"""`,
    `type ${section} implements Section {`,
    '  """Name of the source. 来源名称。"""',
    '  source: String!',
    '  """State. 栏目状态。"""',
    '  state: SectionState!',
    '  """As of. 数据截至时间。"""',
    '  asOf: DateTime',
    `  """TODO: what the records are. 待办：说明记录内容。"""`,
    `  records: [${record}!]`,
    '}',
    '',
    '# TODO: classify. Until somebody does, every field counts as not shared, level 4 and personal.',
    '# 待办：分类分级。未确定前，各字段按不予共享、四级、个人信息处理。',
    `"""TODO: what one record is. 待办：说明一条记录。"""`,
    `type ${record} @classified(sharing: NONE, level: 4, personal: true) {`,
    ...fields,
    '}',
  ].join('\n')}\n`;
}

function manifest({ name, record, title, owner, transport, variable, key, found }: AgencyDraft): string {
  const fields = proposeFields(found.columns).map((one) => `      ${one.field}: ${written(one)}`);
  return `${[
    `source: ${name}`,
    `title: { en: ${scalar(title.en)}, zh: ${scalar(title.zh)} }`,
    `owner: { en: ${scalar(owner.en)}, zh: ${scalar(owner.zh)} }`,
    `transport: ${transport}`,
    `address: \${${variable}}`,
    '# TODO: what the agency can bear. 待办：按来源承受能力调整。',
    'limits: { deadline: 2s, concurrency: 8, bytes: 4MB, recordsPerSubject: 500 }',
    ...found.top,
    'records:',
    `  ${record}:`,
    ...found.manifest.map((line) => `    ${line}`),
    ...proofHint(transport).map((line) => `    # TODO: ${line}`),
    '    subjects:',
    `      ${subjectOf(key)}: { column: ${scalar(key.column)}, as: ${key.as} }`,
    '    fields:',
    ...fields,
  ].join('\n')}\n`;
}

/** What is to be agreed with the agency, or nobody is clear by it. */
function proofHint(transport: AgencyDraft['transport']): readonly string[] {
  switch (transport) {
    case 'sql':
      return [
        'how many rows there are at least (atLeast), and a subject that is always found (control). 待办：最少行数与对照主体。',
      ];
    case 'file':
      return ['how a delivery proves that it is whole (check in delivery). 待办：约定交付文件的完整性校验。'];
    default:
      return ['a subject that is always found (control), or nobody is CLEAR by it. 待办：约定对照主体。'];
  }
}

function written({ column, as, words }: ProposedField): string {
  const lists = (['none', 'forever', 'undisclosed'] as const).flatMap((meaning) => {
    const list = words?.[meaning] ?? [];
    return list.length === 0 ? [] : [`${meaning}: [${list.map(scalar).join(', ')}]`];
  });
  const parts = [...(as === undefined ? [] : [`as: ${as}`]), ...lists];
  return parts.length === 0 ? scalar(column) : `{ column: ${scalar(column)}, ${parts.join(', ')} }`;
}

function policy({ name, title }: AgencyDraft): string {
  return `${[
    `// ${title.en}: who may read it. ${title.zh}：谁可查看。`,
    '// TODO: replace this with permits, each with the sentence that says why. 待办：改为逐条授权并说明理由。',
    '',
    `@id("${name}-undecided")`,
    '@says("Nobody has decided who may read it, so nobody may. 尚未确定查看权限，任何人不得查看。")',
    `forbid (principal, action, resource in Source::"${name}");`,
  ].join('\n')}\n`;
}

/** Text inside a triple-quoted description, on one line. */
const quoted = (text: string): string =>
  text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/\s+/g, ' ')
    .replace(/[。.]+$/, '')
    .slice(0, 120);

/** A YAML scalar, quoted where YAML could read it as something else. */
function scalar(text: string): string {
  const plain =
    /^[\p{L}_][\p{L}\p{N}_.()（）%-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

export function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
