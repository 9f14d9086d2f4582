// codes: several of an agency's codes in one cell, A;B → a list of ours, by a table in the manifest. A code outside the
// table is refused as in code.ts, and with it the whole list: a ground left out may be the one that counts.
import { code } from './code.ts';
import { NOTHING, type Transform, type TransformResult, halfWidth, plainText } from './transform.ts';

export interface CodesRule {
  /** Agency's code → value of the enum (or text). */
  readonly table: ReadonlyMap<string, string>;
  /** Texts between two codes. */
  readonly separators: readonly string[];
}

export function codes({ table, separators }: CodesRule): Transform {
  const readOne = code(table);
  const marks = separators.map((mark) => halfWidth(mark));
  const readAll = (parts: readonly unknown[]): TransformResult => {
    const values = new Set<string>();
    let unknownCode: string | undefined;
    for (const part of parts) {
      const read = readOne(part);
      unknownCode ??= read.unknownCode;
      if (!read.ok) return read;
      if (read.value !== null) values.add(String(read.value));
    }
    return { ok: true, value: [...values], ...(unknownCode === undefined ? {} : { unknownCode }) };
  };
  return (raw) => {
    if (Array.isArray(raw)) return readAll(raw as readonly unknown[]);
    const plain = plainText(raw);
    if (!plain.ok) return plain;
    if (plain.text === null) return NOTHING;
    return readAll(
      marks.reduce((parts, mark) => parts.flatMap((part) => part.split(mark)), [halfWidth(plain.text)]),
    );
  };
}
