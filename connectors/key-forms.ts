// The forms in which an agency may keep a subject's identifier: what to send for a subject, and how a row's key is
// brought back to him. A masked key names nobody for certain.
import { canonicalText } from '../schema/identifiers/canonical-text.ts';
import { parseCitizenId } from '../schema/identifiers/citizen-id.ts';
import { orgCodeOf, type Uscc } from '../schema/identifiers/uscc.ts';
import type { SubjectKind } from './contract.ts';

export interface KeyForm {
  readonly name: string;
  readonly kind: SubjectKind;
  /** Every text under which the agency may hold the subject in this form. */
  keysOf(subjectId: string): readonly string[];
}

const uscc: KeyForm = { name: 'uscc', kind: 'Organization', keysOf: (id) => [id] };

/** The organisation code inside a USCC, as written before 2015 (with its hyphen) and as systems store it. */
const orgCode: KeyForm = {
  name: 'org-code',
  kind: 'Organization',
  keysOf: (id) => {
    // The subject is canonical here; its inner check place may be wrong, and agencies hold it so.
    const code = orgCodeOf(id as Uscc);
    return [`${code.slice(0, 8)}-${code.slice(8)}`, code];
  },
};

const citizenId: KeyForm = { name: 'citizen-id', kind: 'Person', keysOf: (id) => [id] };

/** The number of fifteen places that was issued until 1999: none for whoever was born later. */
const citizenId15: KeyForm = {
  name: 'citizen-id-15',
  kind: 'Person',
  keysOf: (id) => (id.slice(6, 8) === '19' ? [`${id.slice(0, 6)}${id.slice(8, 17)}`] : []),
};

export const keyForms: ReadonlyMap<string, KeyForm> = new Map(
  [uscc, orgCode, citizenId, citizenId15].map((form) => [form.name, form]),
);

/**
 * A row's key as it is compared: width, spaces, case and hyphens gone, 15-place citizen ids lengthened.
 * Undefined when it is no key at all. All forms share one space: they differ in length or alphabet.
 */
export function comparableKey(text: string): string | undefined {
  const canonical = canonicalText(text);
  if (!canonical.ok) return undefined;
  const key = canonical.value.replaceAll('-', '');
  if (!/^[0-9]{15}$/.test(key)) return key === '' ? undefined : key;
  const lengthened = parseCitizenId(key);
  return lengthened.ok ? lengthened.value : key;
}

/** Whether a masked comparable key (`4202**********1234`) could stand for `key`; the mask may have any length. */
export function maskCouldBe(masked: string, key: string): boolean {
  if (masked.length === key.length) {
    return [...masked].every((character, at) => character === '*' || character === key[at]);
  }
  const [head = '', ...rest] = masked.split(/\*+/);
  const tail = rest.at(-1) ?? '';
  return head.length + tail.length <= key.length && key.startsWith(head) && key.endsWith(tail);
}
