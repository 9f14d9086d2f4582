// Addresses and secrets come from the environment or from files, never from a manifest: it is reviewed, committed and
// copied. INVARIANT: a secret's text is never part of a message, of JSON or of what a logger prints.
import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Found =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

const VARIABLE = /^\$\{([A-Z][A-Z0-9_]*)\}$/;

/** Looks up `${NAME}` or `file:/path/to/secret`; the text without white space around it. */
export function lookUp(written: string, environment: Environment): Found {
  const variable = VARIABLE.exec(written)?.[1];
  if (variable !== undefined) {
    const value = environment[variable]?.trim();
    return value === undefined || value === ''
      ? { ok: false, message: `set ${variable}` }
      : { ok: true, value };
  }
  if (written.startsWith('file:/')) {
    const path = written.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
    try {
      const value = readFileSync(path, 'utf8').trim();
      return value === '' ? { ok: false, message: `${path} is empty` } : { ok: true, value };
    } catch {
      return { ok: false, message: `cannot read ${path}` };
    }
  }
  return {
    ok: false,
    message: 'a manifest never holds an address or a secret; write ${NAME} or file:/path/to/secret',
  };
}

/** A text that shows itself only to those who ask for it by name. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}
