// docs/catalogue.md: every field with its classification, from the SDL.
import type { Catalogue, CatalogueSource, RecordType } from '../../schema/catalogue.ts';
import { ownSource } from '../../schema/catalogue.ts';
import type { ManifestFile } from './manifest-files.ts';
import { code, languages, table } from './markdown.ts';

/** One chapter a source, one table a record type. */
export function catalogueChapters(catalogue: Catalogue, manifests: readonly ManifestFile[]): string {
  return [...catalogue.sources.values()]
    .filter(({ records }) => records.size > 0)
    .map((source) => chapter(catalogue, source, manifests))
    .join('\n\n');
}

function chapter(catalogue: Catalogue, source: CatalogueSource, manifests: readonly ManifestFile[]): string {
  const manifest = manifests.find((candidate) => candidate.source === source.name);
  const heading =
    source.name === ownSource
      ? [`## ${ownSource}`, 'What the gateway itself derives. 网关派生数据。']
      : [
          `## ${source.name}`,
          `${manifest?.title.en ?? ''} ${manifest?.title.zh ?? ''}. Owner 归口部门: ${manifest?.owner.en ?? ''} ${manifest?.owner.zh ?? ''}.`,
        ];
  return [...heading, ...[...source.records.values()].map((record) => recordTable(catalogue, record))].join(
    '\n\n',
  );
}

function recordTable(catalogue: Catalogue, record: RecordType): string {
  const about = languages(catalogue.schema.getType(record.name)?.description ?? '');
  const rows = [...record.fields.values()].map((field) => {
    const { en, zh } = languages(field.description);
    const { sharing, level, personal, mask } = field.classification;
    const type = field.list ? `[${field.type}]` : field.type;
    return [code(field.name), type, en, zh, sharing, String(level), personal ? 'yes 是' : '', mask];
  });
  const head = ['Field', 'Type', 'Meaning', '含义', 'Sharing', 'Level', 'Personal', 'Mask'];
  return `### ${record.name}\n\n${about.en} ${about.zh}\n\n${table(head, rows)}`;
}
