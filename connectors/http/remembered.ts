// Last answers with their validators, so that an agency that can say "not changed" need not send them again. They
// hold personal data: in memory only, for a bounded time and size, under a hash of what was asked.
import { createHash } from 'node:crypto';
import { SourceError } from '../source-error.ts';
import type { HttpAnswer, HttpCall, Wire } from './wire.ts';

const MOST_ANSWERS = 1000;
const MOST_BYTES = 16_000_000;
/** An answer nobody confirmed for so long is forgotten, in milliseconds. */
const KEPT_MS = 60 * 60_000;

interface Remembered {
  readonly answer: HttpAnswer;
  readonly validators: Readonly<Record<string, string>>;
  readonly at: number;
}

/** `unchanged`: the agency said that its last answer still holds. */
export type Confirmable = HttpAnswer & { readonly unchanged: boolean };

/** Wraps GET calls of one source. @throws SourceError */
export function rememberAnswers(
  send: Wire['send'],
  clock: () => Date,
): (call: HttpCall) => Promise<Confirmable> {
  /** Oldest first. */
  const known = new Map<string, Remembered>();
  let bytes = 0;

  const forget = (key: string): void => {
    bytes -= known.get(key)?.answer.body.byteLength ?? 0;
    known.delete(key);
  };
  const remember = (key: string, answer: HttpAnswer): void => {
    forget(key);
    const validators = validatorsOf(answer);
    if (validators === undefined || answer.body.byteLength > MOST_BYTES) return;
    const at = clock().getTime();
    known.set(key, { answer, validators, at });
    bytes += answer.body.byteLength;
    for (const [oldest, one] of known) {
      if (known.size <= MOST_ANSWERS && bytes <= MOST_BYTES && at - one.at <= KEPT_MS) break;
      forget(oldest);
    }
  };

  return async (call) => {
    const key = createHash('sha256').update(call.url.href).digest('base64');
    const found = known.get(key);
    const last = found && clock().getTime() - found.at <= KEPT_MS ? found : undefined;
    const answer = await send(
      last === undefined
        ? call
        : {
            ...call,
            headers: { ...call.headers, ...last.validators },
            statuses: [...(call.statuses ?? []), 304],
          },
    );
    if (answer.status !== 304 || last === undefined) {
      if (answer.status === 200) remember(key, answer);
      return { ...answer, unchanged: false };
    }
    call.budget.left -= last.answer.body.byteLength;
    if (call.budget.left < 0) throw new SourceError('SOURCE_TOO_LARGE', 'the answer is over the byte limit');
    remember(key, last.answer);
    return { ...last.answer, unchanged: true };
  };
}

function validatorsOf({ header }: HttpAnswer): Remembered['validators'] | undefined {
  const etag = header('etag');
  const modified = header('last-modified');
  if ((etag ?? modified) === undefined) return undefined;
  if (/\bno-store\b/i.test(header('cache-control') ?? '') || header('vary')?.trim() === '*') return undefined;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(modified === undefined ? {} : { 'if-modified-since': modified }),
  };
}
