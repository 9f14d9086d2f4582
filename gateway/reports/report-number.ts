// Numbers of reports: the day of issue and eighty random bits, so that none can be guessed from another.
import { randomBytes } from 'node:crypto';

/** Crockford's letters: none that reads as another. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const form = /^CR\d{8}-[0-9A-HJKMNP-TV-Z]{16}$/;

/** `CR20261122-8K3M9Q2ZT5W7XBPA`; `day` is YYYY-MM-DD. */
export function newReportNumber(day: string, random: Uint8Array = randomBytes(16)): string {
  const code = [...random.subarray(0, 16)].map((byte) => letters[byte & 31]).join('');
  return `CR${day.replaceAll('-', '')}-${code}`;
}

export function isReportNumber(text: string): boolean {
  return form.test(text);
}
