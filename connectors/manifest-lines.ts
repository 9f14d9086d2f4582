// Reads a manifest's YAML into plain data and remembers the place of every node, so that each problem can be
// shown where it was written. Aliases (&status, *status) are resolved; keys keep the text they were written with.
import {
  type Document,
  LineCounter,
  type Node,
  type Pair,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml';

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ManifestText {
  /** Null-prototype objects, arrays and scalars. */
  readonly data: unknown;
  /** Where the member at `path` is written: its key where it has one. Falls back to the nearest parent. */
  placeOf(path: Path): Place;
  /** Syntax errors; `data` is undefined then. */
  readonly errors: readonly (Place & { readonly message: string })[];
}

/** Aliases deeper than this are taken for an attack or an accident. */
const DEEPEST = 24;

export function readManifestText(text: string): ManifestText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const placeOf = (path: Path): Place => placeAt(document, path, at);
  if (document.errors.length > 0) {
    const errors = document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message }));
    return { data: undefined, placeOf, errors };
  }
  try {
    return { data: toData(document, document.contents, 0), placeOf, errors: [] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { data: undefined, placeOf, errors: [{ line: 1, column: 1, message: error.message }] };
  }
}

function toData(document: Document, node: unknown, depth: number): unknown {
  if (depth > DEEPEST) throw new RangeError('nested too deeply');
  if (isAlias(node)) return toData(document, node.resolve(document), depth + 1);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => toData(document, item, depth + 1));
  if (!isMap(node)) return null;
  const data = Object.create(null) as Record<string, unknown>;
  for (const pair of node.items) data[keyText(pair)] = toData(document, pair.value, depth + 1);
  return data;
}

/** A key as written: the code 01 without quotes is the number 1 to YAML, but not to an agency. */
function keyText(pair: Pair): string {
  if (!isScalar(pair.key)) return '';
  return typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
}

function placeAt(document: Document, path: Path, at: (offset: number) => Place): Place {
  let node: unknown = document.contents;
  let place: Place = { line: 1, column: 1 };
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item) === step);
      if (pair === undefined) break;
      const key = pair.key as Node;
      if (key.range) place = at(key.range[0]);
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      const range = (node as Node | undefined)?.range;
      if (range) place = at(range[0]);
    } else break;
  }
  return place;
}
