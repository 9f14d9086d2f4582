// Identifiers are canonicalised and checked once, here. A bad one in a list becomes a typed item.
import type { Subject } from '../../connectors/contract.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { ClientError, messageOf } from '../errors.ts';

/** An item of a list of subjects, in input order. */
export type SubjectItem =
  | { readonly kind: 'subject'; readonly subject: Subject }
  | {
      readonly kind: 'invalid';
      readonly index: number;
      readonly code: 'IDENTIFIER_INVALID';
      readonly message: string;
    };

/** Canonical subject of one identifier; throws IDENTIFIER_INVALID, which never repeats the value. */
export function subjectOf(kind: Subject['kind'], text: string, at: string): Subject {
  const parsed = kind === 'Organization' ? parseUscc(text) : parseCitizenId(text);
  if (!parsed.ok) throw new ClientError('IDENTIFIER_INVALID', at);
  return { kind, id: parsed.value };
}

// Plan and completion read the same list of the same request, which is gone with it.
const read: Readonly<Record<Subject['kind'], WeakMap<readonly string[], readonly SubjectItem[]>>> = {
  Organization: new WeakMap(),
  Person: new WeakMap(),
};

/** Canonical items of a list; the list itself must not change. */
export function subjectItems(kind: Subject['kind'], texts: readonly string[]): readonly SubjectItem[] {
  const known = read[kind].get(texts);
  if (known !== undefined) return known;
  const items = readItems(kind, texts);
  read[kind].set(texts, items);
  return items;
}

function readItems(kind: Subject['kind'], texts: readonly string[]): SubjectItem[] {
  return texts.map((text, index) => {
    const parsed = kind === 'Organization' ? parseUscc(text) : parseCitizenId(text);
    return parsed.ok
      ? { kind: 'subject', subject: { kind, id: parsed.value } }
      : { kind: 'invalid', index, code: 'IDENTIFIER_INVALID', message: messageOf('IDENTIFIER_INVALID') };
  });
}
