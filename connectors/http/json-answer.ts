// Reads an answer that must be JSON: strict UTF-8 without a byte order mark, and no member named twice. Two readers
// of `{"state":"barred","state":"clear"}` would disagree, so nobody is asked to.
import { SourceError } from '../source-error.ts';
import type { HttpAnswer } from './wire.ts';

/** @throws SourceError SOURCE_INVALID_ANSWER */
export function readJson(answer: Pick<HttpAnswer, 'charset' | 'body'>): unknown {
  const text = textOf(answer);
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    // The parser's own words quote the text.
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not JSON');
  }
  if (namesTwice(text)) throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer names a member twice');
  return value;
}

function textOf({ charset, body }: Pick<HttpAnswer, 'charset' | 'body'>): string {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;

/** Whether an object of a sound JSON text has the same name twice. */
export function namesTwice(json: string): boolean {
  /** Names of the objects around the place; a list has none. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(json, at);
      let next = end + 1;
      while (json.charCodeAt(next) <= 0x20) next += 1;
      if (json.charCodeAt(next) === COLON) {
        const names = open.at(-1)!;
        const name = nameOf(json.slice(at + 1, end));
        if (names.has(name)) return true;
        names.add(name);
      }
      at = end;
    } else if (character === 0x7b) open.push(new Set());
    else if (character === 0x5b) open.push(undefined);
    else if (character === 0x7d || character === 0x5d) open.pop();
  }
  return false;
}

function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

function isEscaped(json: string, at: number): boolean {
  let slashes = 0;
  while (json[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

/** `\u0061` and `a` are the same name. */
function nameOf(written: string): string {
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
}
