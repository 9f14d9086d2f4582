// What a workbook says about its sheets: where they are, which base its dates count from, and which cell styles show a
// date. Only parts named by the workbook itself are read.
import { posix } from 'node:path';
import { problem } from '../delivery-problem.ts';
import { isDateFormat } from './date-format.ts';
import type { WorkbookPackage } from './workbook-package.ts';
import { type Attributes, readXml } from './xml-reader.ts';

export interface Workbook {
  /** Part of the wanted sheet. */
  readonly sheet: string;
  readonly sharedStrings: string | undefined;
  /** Dates count from 1904 instead of 1900. */
  readonly from1904: boolean;
  /** Whether cells of style n hold dates. */
  readonly dateStyles: readonly boolean[];
}

const MOST_STYLES = 65_536;

/** The sheet of that name, or the first. @throws DeliveryProblem */
export async function readWorkbook(container: WorkbookPackage, sheet: string | undefined): Promise<Workbook> {
  const main = [...(await readRelationships(container, '')).values()].find(({ type }) =>
    type.endsWith('/officeDocument'),
  );
  if (main === undefined) throw problem('UNREADABLE', 'is not a workbook');
  const relationships = await readRelationships(container, main.target);
  const sheets: { readonly name: string; readonly id: string }[] = [];
  let from1904 = false;
  await readXml(container.read(main.target), {
    open: (name, attributes) => {
      if (name === 'sheet') sheets.push({ name: attributes['name'] ?? '', id: relationId(attributes) });
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
    },
  });
  const wanted = sheet === undefined ? sheets[0] : sheets.find(({ name }) => name === sheet);
  const target = wanted === undefined ? undefined : relationships.get(wanted.id)?.target;
  if (target === undefined) throw problem('UNREADABLE', 'lacks the sheet the manifest names');
  const partOf = (type: string): string | undefined =>
    [...relationships.values()].find((relationship) => relationship.type.endsWith(type))?.target;
  const styles = partOf('/styles');
  return {
    sheet: target,
    sharedStrings: partOf('/sharedStrings'),
    from1904,
    dateStyles: styles === undefined ? [] : await readDateStyles(container, styles),
  };
}

interface Relationship {
  readonly type: string;
  readonly target: string;
}

/** Relationship id → part, for parts inside the container. */
async function readRelationships(
  container: WorkbookPackage,
  of: string,
): Promise<ReadonlyMap<string, Relationship>> {
  const folder = posix.dirname(of);
  const part = of === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(of)}.rels`);
  const found = new Map<string, Relationship>();
  if (!container.has(part)) return found;
  await readXml(container.read(part), {
    open: (name, { Id, Type, Target, TargetMode }) => {
      if (name !== 'Relationship' || Id === undefined || Target === undefined) return;
      if (TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.set(Id, { type: Type ?? '', target });
    },
  });
  return found;
}

/** The attribute `r:id`, whatever the prefix. */
function relationId(attributes: Attributes): string {
  const name = Object.keys(attributes).find((key) => key.endsWith(':id'));
  return name === undefined ? '' : (attributes[name] ?? '');
}

async function readDateStyles(container: WorkbookPackage, part: string): Promise<readonly boolean[]> {
  const formats = new Map<string, string>();
  const styles: string[] = [];
  let inCells = false;
  await readXml(container.read(part), {
    open: (name, attributes) => {
      if (name === 'cellXfs') inCells = true;
      if (name === 'numFmt') formats.set(attributes['numFmtId'] ?? '', attributes['formatCode'] ?? '');
      if (name === 'xf' && inCells) styles.push(attributes['numFmtId'] ?? '0');
      if (styles.length > MOST_STYLES || formats.size > MOST_STYLES)
        throw problem('TOO_LARGE', 'has too many styles');
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles.map((id) => isDateFormat(Number(id), formats.get(id)));
}
