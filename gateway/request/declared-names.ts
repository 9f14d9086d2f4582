// What a case number and a user may look like in a header: names as people bear them, in any script, and nothing that
// could move a cursor, turn the rest of a line around or be taken for markup.
import { ClientError } from '../errors.ts';

type Declared = 'CASE_INVALID' | 'USER_INVALID';

// Letters and their marks, digits, the private-use places in which systems of GB 18030 keep rare characters, and the
// planes of ideographs, where Unicode assigns faster than a runtime learns of it.
const sign = String.raw`\p{L}\p{M}\p{N}\p{Co}\u{20000}-\u{3FFFD}`;
/** The dot in 阿卜杜拉·买买提, and what is typed for it; also the Tibetan marks between syllables. */
const dots = String.raw`·•‧∙⋅・･．\u0F0B\u0F0C`;
const blanks = String.raw`\u{20}\u3000`;

const forms: Readonly<Record<Declared, RegExp>> = {
  CASE_INVALID: new RegExp(`^[${sign}${dots}${blanks}\\p{Pd}\\p{Ps}\\p{Pe}\\-_/／.:：、,，#№]{4,64}$`, 'u'),
  USER_INVALID: new RegExp(`^[${sign}${dots}${blanks}\\p{Pd}\\-_.@()（）'’ʼ]{2,100}$`, 'u'),
};
/** A line break at the end is refused like any other, so this is not `trim`. */
const around = new RegExp(`^[${blanks}]+|[${blanks}]+$`, 'gu');
const speaking = /[\p{L}\p{N}\p{Co}\u{20000}-\u{3FFFD}]/u;

/** Joiners and Mongolian separators change how such a word is written; anywhere else they only hide. */
const joiners =
  /(?<=[\p{Script=Arabic}\p{Script=Mongolian}][\p{M}]*)[\u180E\u200C\u200D\u202F](?=[\p{Script=Arabic}\p{Script=Mongolian}])/gu;

/** Longest value on the wire: a hundred characters of four bytes, percent-encoded. */
const longest = 1_200;

/**
 * Header values are bytes, which Node shows as Latin-1: they are UTF-8, raw or percent-encoded. The name is kept as it
 * was written. @throws ClientError with the code for anything else, GBK and Latin-1 among it: a guess would put another
 * name into the log.
 */
export function declaredName(value: string, code: Declared): string {
  if (value.length > longest) throw new ClientError(code);
  let name: string;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
    name = (text.includes('%') ? decodeURIComponent(text) : text).replace(around, '');
  } catch {
    throw new ClientError(code);
  }
  if (!forms[code].test(name.replace(joiners, '')) || !speaking.test(name)) throw new ClientError(code);
  return name;
}
