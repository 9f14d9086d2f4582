// The project's own files, for tests that hold the house together.
import { readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';

export const rooms = ['gateway', 'connectors', 'policies', 'schema'] as const;
export type Room = (typeof rooms)[number];

/** Files under a folder of the project that end in `ending`, with paths from the root, sorted. */
export function filesUnder(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();
}

/** TypeScript of a room, without what is generated. */
export function sourcesOf(room: string): readonly string[] {
  return filesUnder(room, '.ts').filter((file) => !file.startsWith('schema/generated/'));
}

export const textOf = (file: string): string => readFileSync(file, 'utf8');

/** Module names a file imports: types, re-exports and dynamic imports included. */
export function importsOf(file: string): readonly string[] {
  return ts.preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Visits every node of a file's syntax tree. */
export function visitNodes(file: string, visit: (node: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true));
}

/** Texts of a file that are written in quotes, module names left out. */
export function literalsOf(file: string): readonly string[] {
  const found: string[] = [];
  visitNodes(file, (node) => {
    if (!ts.isStringLiteralLike(node)) return;
    if (!ts.isImportDeclaration(node.parent) && !ts.isExportDeclaration(node.parent)) found.push(node.text);
  });
  return found;
}
