// The forms in which an agency may keep a subject's identifier, and the one canonical form in which keys are compared,
// whatever transport they come by. A masked key names nobody for certain; what is no key of a declared form names
// nobody at all and acquits nobody.
import { canonicalText } from '../schema/identifiers/canonical-text.ts';
import { parseCitizenId } from '../schema/identifiers/citizen-id.ts';
import { orgCodeCheck } from '../schema/identifiers/org-code.ts';
import { USCC_ALPHABET, type Uscc, orgCodeOf, parseUscc } from '../schema/identifiers/uscc.ts';
import type { SubjectKind } from './contract.ts';
import type { KeyFault } from './key-faults.ts';
import { hasMask, maskedKey } from './masked-key.ts';

export interface KeyForm {
  readonly name: string;
  readonly kind: SubjectKind;
  /** Every text under which the agency may hold the subject in this form. */
  keysOf(subjectId: string): readonly string[];
  /** Undefined: the canonical text is a key of this form. Else what is wrong with it, OTHER where it is far from it. */
  fault(canonical: string): KeyFault | undefined;
}

const uscc: KeyForm = {
  name: 'uscc',
  kind: 'Organization',
  keysOf: (id) => [id],
  fault: (text) => {
    const parsed = parseUscc(text);
    if (parsed.ok) return undefined;
    if (parsed.reason === 'CHECK_DIGIT') return 'CHECK_DIGIT';
    return text.length >= 15 && text.length <= 20 && inAlphabet(text) ? 'LENGTH' : 'OTHER';
  },
};

const inAlphabet = (text: string): boolean => [...text].every((place) => USCC_ALPHABET.includes(place));

/** The organisation code inside a USCC, as written before 2015 (with its hyphen) and as systems store it. */
const orgCode: KeyForm = {
  name: 'org-code',
  kind: 'Organization',
  keysOf: (id) => {
    // The subject is canonical here; its inner check place may be wrong, and agencies hold it so.
    const code = orgCodeOf(id as Uscc);
    return [`${code.slice(0, 8)}-${code.slice(8)}`, code];
  },
  fault: (text) => {
    if (!/^[0-9A-Z]{8}[0-9X]$/.test(text)) {
      if (/^[0-9]{1,8}$/.test(text)) return 'EATEN_ZEROS';
      return /^[0-9A-Z]{7,10}$/.test(text) ? 'LENGTH' : 'OTHER';
    }
    return orgCodeCheck(text) === text[8] ? undefined : 'CHECK_DIGIT';
  },
};

const citizenId: KeyForm = {
  name: 'citizen-id',
  kind: 'Person',
  // Both ways of writing the check place are valid, and a database may tell them apart.
  keysOf: (id) => (id.endsWith('X') ? [id, `${id.slice(0, 17)}x`] : [id]),
  fault: (text) => {
    const parsed = parseCitizenId(text);
    if (parsed.ok) return text.length === 18 ? undefined : 'OTHER';
    if (parsed.reason === 'CHECK_DIGIT') return 'CHECK_DIGIT';
    if (parsed.reason === 'DATE') return 'DATE';
    return /^[0-9]{14,20}X?$/.test(text) ? 'LENGTH' : 'OTHER';
  },
};

/** The number of fifteen places that was issued until 1999: none for whoever was born later. */
const citizenId15: KeyForm = {
  name: 'citizen-id-15',
  kind: 'Person',
  keysOf: (id) => (id.slice(6, 8) === '19' ? [`${id.slice(0, 6)}${id.slice(8, 17)}`] : []),
  fault: (text) => (/^[0-9]{15}$/.test(text) && parseCitizenId(text).ok ? undefined : 'OTHER'),
};

export const keyForms: ReadonlyMap<string, KeyForm> = new Map(
  [uscc, orgCode, citizenId, citizenId15].map((form) => [form.name, form]),
);

/** What a written key is. */
export type KeyReading =
  | { readonly kind: 'key'; readonly key: string }
  /** Some of its places are covered: `key` is the canonical mask. */
  | { readonly kind: 'masked'; readonly key: string }
  /** Nobody's. `key`: its comparable text, where it has one. */
  | { readonly kind: 'unusable'; readonly fault: KeyFault; readonly key?: string };

/** Reads a key as an agency wrote it, by the forms its manifest declares. Never throws. */
export function readKey(written: unknown, forms: readonly KeyForm[]): KeyReading {
  if (written === null || written === undefined) return { kind: 'unusable', fault: 'EMPTY' };
  // A number has been through a double; its digits are read all the same, its leading zeros are gone.
  if (typeof written !== 'string' && typeof written !== 'number') return { kind: 'unusable', fault: 'OTHER' };
  // What people write where there is no key.
  if (typeof written === 'string' && written.length <= LONGEST && NO_KEY.test(written))
    return { kind: 'unusable', fault: 'EMPTY' };
  const text = keyText(String(written));
  if (text === undefined) return { kind: 'unusable', fault: /\S/.test(String(written)) ? 'OTHER' : 'EMPTY' };
  const faults = forms.map((form) => form.fault(text));
  if (faults.includes(undefined)) return { kind: 'key', key: inFull(text) };
  // The number of fifteen places is the same number as that of eighteen.
  if (forms.includes(citizenId) && citizenId15.fault(text) === undefined)
    return { kind: 'key', key: inFull(text) };
  if (hasMask(text)) {
    const key = maskedKey(text);
    return key === undefined ? { kind: 'unusable', fault: 'MASKED' } : { kind: 'masked', key };
  }
  const fault = damageOf(text) ?? severalIn(text, forms) ?? faults.find((one) => one !== 'OTHER') ?? 'OTHER';
  return { kind: 'unusable', fault, key: text };
}

/** How a column writes the keys of one row. */
export interface KeyWriting {
  readonly forms: readonly KeyForm[];
  /** What stands between several keys of one row; none: there is one. */
  readonly separators: readonly string[];
}

/** How a column writes keys that serves all of these. */
export function writingOf(keys: readonly KeyWriting[]): KeyWriting {
  return {
    forms: keys.flatMap(({ forms }) => forms),
    separators: [...new Set(keys.flatMap(({ separators }) => separators))],
  };
}

/** Every key a row was given, at least one reading. */
export function readKeys(written: unknown, { forms, separators }: KeyWriting): readonly KeyReading[] {
  if (separators.length === 0 || typeof written !== 'string') return [readKey(written, forms)];
  const [first = '', ...others] = separators;
  const parts = others.reduce((text, other) => text.replaceAll(other, first), written).split(first);
  const given = parts.filter((part) => part.trim() !== '');
  return given.length === 0 ? [readKey(null, forms)] : given.map((part) => readKey(part, forms));
}

/**
 * A key as it is compared: width, blanks, invisible characters, case, hyphens, a spreadsheet's apostrophe and a label in
 * front are gone, 15-place citizen ids are lengthened. Undefined when it is no key at all. All forms share one space:
 * they differ in length or alphabet.
 */
export function comparableKey(written: string): string | undefined {
  const text = keyText(written);
  return text === undefined ? undefined : inFull(text);
}

const PLAIN = /^[0-9A-Z]{8,18}$/;

/** A label, quotes and blanks around a key are no longer than this. */
const LONGEST = 200;

function keyText(written: string): string | undefined {
  if (PLAIN.test(written)) return written;
  if (written.length > LONGEST) return undefined;
  const canonical = canonicalText(withoutDress(written));
  if (!canonical.ok) return undefined;
  const key = canonical.value.replace(HYPHENS, '');
  return key === '' ? undefined : key;
}

const NO_KEY = /^[\s\-—–_/\\.·*'"]{0,3}$|^\s*(?:无|空|null|none|nil|n\/?a)\s*$/i;

const HYPHENS = /[-\u2010-\u2015\u2212\uFE63]/g;

/** `="…"` of an export made for spreadsheets, and the quotes and apostrophes they put around or in front of text. */
const DRESS = /^\s*(?:=\s*)?["'`‘’＇“”]+|["'`‘’＇“”]+\s*$/gu;
/** `统一社会信用代码：…`, `USCC: …`: letters and a colon, which no key has; ideographs need no colon. */
const LABEL = /^\s*(?:[\p{L}\p{N}()（）/ .·_-]{1,40}[:：]|[\p{Script=Han}()（）]{1,30})\s*/u;

function withoutDress(written: string): string {
  return written.replace(DRESS, '').replace(LABEL, '').replace(DRESS, '');
}

function inFull(text: string): string {
  if (text.length !== 15 || !/^[0-9]{15}$/.test(text)) return text;
  const lengthened = parseCitizenId(text);
  return lengthened.ok ? lengthened.value : text;
}

const EXPONENT = /^[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}$/;
const FRACTION = /^[0-9]{6,}\.[0-9]+$/;

/** What a spreadsheet or a floating-point column has made of a number; undefined where it need not have been one. */
function damageOf(text: string): KeyFault | undefined {
  if (EXPONENT.test(text)) return 'EXPONENT';
  if (FRACTION.test(text)) return 'ROUNDED';
  if (!/^[1-9][0-9]{16,19}$/.test(text)) return undefined;
  // Fifteen digits and zeros, or a number that a double holds exactly, as one in sixteen or fewer does by chance.
  return /^[0-9]{15}0+$/.test(text) || isDouble(text) ? 'ROUNDED' : undefined;
}

/** Whether the digits are what a double prints, shortest or in full. */
function isDouble(digits: string): boolean {
  const number = Number(digits);
  return digits === BigInt(number).toString() || digits === String(number);
}

/** Two codes in one cell, where nothing in the manifest says how to part them. */
function severalIn(text: string, forms: readonly KeyForm[]): KeyFault | undefined {
  const parts = text.split(/[^0-9A-Z*]+/).filter((part) => part !== '');
  if (parts.length > 1 && parts.filter((part) => isKey(part, forms)).length > 0) return 'SEVERAL';
  const half = text.length / 2;
  const glued = half >= 9 && Number.isInteger(half) && isKey(text.slice(0, half), forms);
  return glued && isKey(text.slice(half), forms) ? 'SEVERAL' : undefined;
}

const isKey = (text: string, forms: readonly KeyForm[]): boolean =>
  forms.some((form) => form.fault(text) === undefined);
