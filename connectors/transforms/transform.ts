// What a transform is: a pure function from one raw value of an agency to the canonical value of a field.
// A refusal's reason is constant text and never contains the value.
import type { Value } from '../contract.ts';

/**
 * `unknownCode`: what was given is a code the manifest does not list; it may be anything, so it is not for a log.
 * `undisclosed`: there is a value, and the agency keeps it to itself.
 */
export type TransformResult =
  | {
      readonly ok: true;
      readonly value: Value;
      readonly unknownCode?: string;
      readonly undisclosed?: true;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly unknownCode?: string;
      readonly undisclosed?: never;
    };

/**
 * Takes text (SQL, CSV) or a JSON value; absent and blank values are null in every transform. `start`: the raw value of
 * the field from which it counts, for the few that do.
 */
export type Transform = (raw: unknown, start?: unknown) => TransformResult;

export const NOTHING: TransformResult = Object.freeze({ ok: true, value: null });

/** Makes the transform of one text form: `read` gets trimmed, non-blank text and returns undefined to refuse. */
export function fromText(reason: string, read: (text: string) => Value | undefined): Transform {
  const refusal: TransformResult = Object.freeze({ ok: false, reason });
  return (raw) => {
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    const value = read(plain.text);
    return value === undefined ? refusal : { ok: true, value };
  };
}

type PlainText =
  { readonly ok: true; readonly text: string | null } | { readonly ok: false; readonly reason: string };

const BLANK: PlainText = Object.freeze({ ok: true, text: null });
const NOT_SCALAR: PlainText = Object.freeze({ ok: false, reason: 'is not a single value' });
const INEXACT: PlainText = Object.freeze({ ok: false, reason: 'is a number too long to be exact' });

/**
 * One raw value as trimmed text; null when absent or blank. A JSON number has been through a double before we
 * could look at it, so one with more than 15 significant digits is refused rather than passed on rounded.
 */
export function plainText(raw: unknown): PlainText {
  switch (typeof raw) {
    case 'string': {
      const text = raw.trim();
      return text === '' ? BLANK : { ok: true, text };
    }
    case 'number': {
      const text = String(raw);
      if (!/^-?[0-9]+(?:\.[0-9]+)?$/.test(text)) return INEXACT;
      const significant = text.replace(/[-.]/g, '').replace(/^0+/, '');
      return significant.length > 15 ? INEXACT : { ok: true, text };
    }
    case 'boolean':
      return { ok: true, text: String(raw) };
    default:
      return raw === null ? BLANK : NOT_SCALAR;
  }
}

/** Full-width ASCII and spaces → half width. Nothing else changes: ideographs and 〔〕 stay as they are. */
export function halfWidth(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
}
