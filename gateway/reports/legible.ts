// Text that shows what was signed, or says where it cannot: a character that a form of the report cannot show stands
// there by its code point, never left out, so that no number turns into another.

/** What the mark means, in a report that has one. */
export const markNote =
  '〔U+…〕处为本件无法显示的字符，以其 Unicode 码位标示；签名文件中为原字符。 〔U+…〕 stands for characters that ' +
  'cannot be shown here, by their Unicode code points; the signed file has the characters themselves.';

export interface Legible {
  readonly text: string;
  /** Whether a mark stands in it. */
  readonly marked: boolean;
}

/** A text that has what looks like a mark has its bracket marked: a mark is a mark and nothing else. */
const lookAlike = /^〔U\+[0-9A-F]/;

/** 𠮷 → 〔U+20BB7〕; several in a row share a pair of brackets. */
export function legible(text: string, canShow: (codePoint: number) => boolean): Legible {
  let shown = '';
  let hidden: string[] = [];
  let marked = false;
  let at = 0;
  const close = (): void => {
    if (hidden.length > 0) shown += `〔${hidden.join(' ')}〕`;
    hidden = [];
  };
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    const isShown = canShow(codePoint) && !(character === '〔' && lookAlike.test(text.slice(at, at + 4)));
    at += character.length;
    if (isShown) {
      close();
      shown += character;
    } else {
      hidden.push(`U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
      marked = true;
    }
  }
  close();
  return { text: shown, marked };
}

// Half a pair, controls, what breaks or turns a line, and what is there without being seen. Joiners and variation
// selectors change how a word looks and stay.
const unseen =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;

/** Whether a browser, which has fonts for everything, shows a character where it stands. */
export function isShownByBrowsers(codePoint: number): boolean {
  return !unseen.test(String.fromCodePoint(codePoint));
}
