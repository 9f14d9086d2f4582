// A document as the audit log keeps it: parseable and readable, but without anything a caller could have put an
// identifier into. Literals are emptied, and made-up names that look like one become `redacted1`, `redacted2`, …
import { type DocumentNode, Kind, type NameNode, visit } from 'graphql';
import { orgCodeCheck } from '../../schema/identifiers/org-code.ts';

export interface RecordedDocument {
  readonly document: DocumentNode;
  /** The name an operation has in `document`. */
  readonly operationName: (written: string) => string;
}

/** Aliases, operations, fragments and variables are the caller's own words; every other name is the schema's. */
export function recordedDocument(document: DocumentNode): RecordedDocument {
  const written = madeUpNames(document);
  const redacted = new Map<string, string>();
  let count = 0;
  for (const name of written) {
    if (!looksLikeIdentifier(name)) continue;
    // A caller may have used the new name already: two names must never become one.
    do count += 1;
    while (written.has(`redacted${count}`));
    redacted.set(name, `redacted${count}`);
  }
  const renamed = (name: NameNode): NameNode => ({ ...name, value: redacted.get(name.value) ?? name.value });
  return {
    operationName: (name) => redacted.get(name) ?? name,
    document: visit(document, {
      [Kind.STRING]: (node) => ({ ...node, value: '', block: false }),
      [Kind.INT]: (node) => ({ ...node, value: '0' }),
      [Kind.FLOAT]: (node) => ({ ...node, value: '0' }),
      ...(redacted.size === 0
        ? {}
        : {
            [Kind.FIELD]: (node) =>
              node.alias === undefined ? undefined : { ...node, alias: renamed(node.alias) },
            [Kind.OPERATION_DEFINITION]: (node) =>
              node.name === undefined ? undefined : { ...node, name: renamed(node.name) },
            [Kind.FRAGMENT_DEFINITION]: (node) => ({ ...node, name: renamed(node.name) }),
            [Kind.FRAGMENT_SPREAD]: (node) => ({ ...node, name: renamed(node.name) }),
            [Kind.VARIABLE]: (node) => ({ ...node, name: renamed(node.name) }),
          }),
    }),
  };
}

/** In the order in which they are first written. */
function madeUpNames(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const note = ({ name }: { readonly name?: NameNode | undefined }): void => {
    if (name !== undefined) names.add(name.value);
  };
  visit(document, {
    [Kind.FIELD]: ({ alias }) => note({ name: alias }),
    [Kind.OPERATION_DEFINITION]: note,
    [Kind.FRAGMENT_DEFINITION]: note,
    [Kind.FRAGMENT_SPREAD]: note,
    [Kind.VARIABLE]: note,
  });
  return names;
}

/**
 * Whether a name could hold an identifier, whatever its case and its underscores. Credit codes, citizen ids (old ones
 * too) and registration numbers all have six digits of a region or more in a row, as have telephone numbers; an
 * organisation code may have fewer and is told by its check place. To err costs a name's readability only.
 */
export function looksLikeIdentifier(name: string): boolean {
  const text = name.replaceAll('_', '').toUpperCase();
  if (/\d{6}/.test(text)) return true;
  for (let at = 0; at + 9 <= text.length; at += 1) {
    const code = text.slice(at, at + 9);
    // A word that merely ends in a number has the right check place one time in eleven.
    if (/\d.*\d/.test(code) && /[\dX]$/.test(code) && orgCodeCheck(code) === code[8]) return true;
  }
  return false;
}
