// split: several values in one text → a list. Blank parts vanish; a JSON list of texts is taken as it is.
import { NOTHING, plainText, type Transform } from './transform.ts';

/** `separator`: the text between two values, such as `;`. */
export function split(separator: string): Transform {
  return (raw) => {
    const list = Array.isArray(raw) ? (raw as readonly unknown[]) : undefined;
    if (list !== undefined) {
      const texts = list.map((entry) => plainText(entry));
      if (!texts.every((entry) => entry.ok)) return { ok: false, reason: 'is not a list of texts' };
      return { ok: true, value: texts.flatMap((entry) => (entry.text === null ? [] : [entry.text])) };
    }
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    const parts = plain.text.split(separator).map((part) => part.trim());
    return { ok: true, value: parts.filter((part) => part !== '') };
  };
}
