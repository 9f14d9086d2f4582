// Renders the cast as the tables of docs/sandbox.md; a test compares.
import { cast, type CastMember } from './cast.ts';

/** Two Markdown tables: organisations, then persons. */
export function castTables(): string {
  return [
    ...table('Organisations 组织', 'USCC', 'organisation'),
    '',
    ...table('Persons 自然人', 'Citizen id', 'person'),
  ].join('\n');
}

function table(title: string, identifier: string, kind: CastMember['kind']): readonly string[] {
  const rows = cast
    .filter((member) => member.kind === kind)
    .map(({ key, id, name, describes, expect }) =>
      [`\`${key}\``, `\`${id}\``, name, `${describes.en} · ${describes.zh}`, expect.outcome ?? '–'].join(
        ' | ',
      ),
    );
  return [
    `### ${title}`,
    '',
    `Key | ${identifier} | Name | State | Expected`,
    '--- | --- | --- | --- | ---',
    ...rows,
  ].map((line) => (line.includes(' | ') ? `| ${line} |` : line));
}
