// The words a manifest is written in, whatever its transport: durations, sizes, names and paths.
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** `500ms`, `2s`, `15m`, `2h`, `40d` → milliseconds. */
export const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(?:ms|s|m|h|d)$/, 'write a duration such as 500ms, 2s, 15m, 2h or 40d')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/^[0-9]+/, '')]!);

/** `512kB`, `4MB` → bytes. */
export const bytes = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(?:B|kB|MB|GB)$/, 'write a size such as 512kB or 4MB')
  .transform((text) => Number.parseInt(text, 10) * SIZES[text.replace(/^[0-9]+/, '')]!);

export const count = (most: number) => z.number().int().min(1).max(most);
export const name = z.string().min(1).max(120);
export const twoLanguages = z.strictObject({ en: name, zh: name });
export const dotted = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, 'write a dotted path such as data.items');

/** Names of the fields a source with columns at hand can filter by. */
export const fieldFilters = z.array(name).optional();

/** `0`, `12` rows, or `1%`, `0.5%` of them. */
export const allowance = z.union(
  [
    z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .transform((rows) => ({ rows })),
    z
      .string()
      .regex(/^(?:[1-9]?[0-9](?:\.[0-9]{1,3})?)%$/)
      .transform((text) => ({ share: Number.parseFloat(text) / 100 })),
  ],
  'write a number of rows, or a share such as 0.5%',
);

/** `20%` → 0.2. */
export const share = z
  .string()
  .regex(/^(?:100|[1-9]?[0-9])%$/, 'write a share such as 20%')
  .transform((text) => Number.parseInt(text, 10) / 100);

/** One text or several. */
export const oneOrMore = z.union([name, z.array(name).min(1).max(20)]).transform((given) => [given].flat());

/** A whole cell as an agency writes it. YAML reads some of these as numbers, truths or nothing. */
const cellWord = z.union([z.string().min(1).max(64), z.number(), z.boolean(), z.null()]);

/** One such word or several. */
export const cellWords = z
  .union(
    [cellWord, z.array(cellWord).min(1).max(50)],
    "write words as they stand in the cell, such as [无, '-']",
  )
  .transform((given) => [given].flat().map((word) => String(word)));
