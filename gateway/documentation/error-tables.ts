// docs/errors.md: every code a client can meet.
import { errorTexts } from '../errors.ts';
import { code, table } from './markdown.ts';

/** Codes with the status of an answer that carries nothing else, and what they say. */
export function errorTable(): string {
  const rows = Object.entries(errorTexts).map(([name, { status, en, zh }]) => [
    code(name),
    String(status),
    en,
    zh,
  ]);
  return table(['Code', 'HTTP', 'Message', '说明'], rows);
}
