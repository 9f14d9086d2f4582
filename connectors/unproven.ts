// Record types by which nobody can be clear, because nothing in their manifest could prove their silence.
import type { Bilingual } from '../schema/bilingual.ts';
import type { Manifest } from './manifest.ts';

export interface Unproven {
  readonly source: string;
  readonly record: string;
  /** What to write. */
  readonly cure: Bilingual;
}

const CONTROL = {
  en: 'agree on a subject that is always found and write it as control:',
  zh: '请与来源约定一个必有记录的对照主体，写入 control:',
};
const CHECK = {
  en: 'agree on a hash or trailer and write it as check:, or let a person accept each delivery',
  zh: '请与来源约定校验文件或结尾行，写入 check:；否则每批须由人工放行',
};

export function unprovenIn(manifest: Manifest): readonly Unproven[] {
  const { source } = manifest;
  const counts = 'http' in manifest && manifest.http.envelope?.heldAt !== undefined;
  switch (manifest.transport) {
    case 'sql':
      return [];
    case 'file':
      return [...manifest.records.values()]
        .filter(({ delivery: { check } }) => check.sidecar === undefined && check.trailer === undefined)
        .map(({ record }) => ({ source, record, cure: CHECK }));
    case 'http':
    case 'soap':
    case 'graphql':
      return [...manifest.records.values()]
        .filter(
          ({ subjects }) => !counts && [...subjects.values()].some(({ controls }) => controls.length === 0),
        )
        .map(({ record }) => ({ source, record, cure: CONTROL }));
  }
}
