// One run of load against one server: every answer is looked at, and what was wrong is counted, never left out.
import autocannon, { type Result } from 'autocannon';

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Length of a right answer, UTF-16 units; `exact` for servers that always say the same. */
  readonly length: number;
  readonly exact: boolean;
}

/** Milliseconds; `failures` are sentences. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Those of the warm-up too. */
  readonly allAnswers: number;
  readonly failures: readonly string[];
}

/** How far the length of an answer that carries a date or an id may be off. */
const LENGTH_CLASS = 0.02;

/** Loads `target` for `warmUp` and then `seconds`, and measures the latter. */
export async function load(
  target: Target,
  connections: number,
  { warmUp, seconds }: { readonly warmUp: number; readonly seconds: number },
): Promise<Measurement> {
  const times: number[] = [];
  let allAnswers = 0;
  const from = performance.now() + warmUp * 1000;
  const to = from + seconds * 1000;
  const result = await new Promise<Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: target.url,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...target.headers },
        body: target.body,
        connections,
        duration: warmUp + seconds,
        sampleInt: 50,
        timeout: 10,
        verifyBody: (body) => isRight(body, target),
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
    run.on('response', (_client: unknown, _status: number, _bytes: number, milliseconds: number) => {
      const at = performance.now();
      allAnswers += 1;
      if (at >= from && at < to) times.push(milliseconds);
    });
  });
  times.sort((a, b) => a - b);
  const failures: string[] = [];
  const count = (number: number, what: string): void => {
    if (number > 0) failures.push(`${number} ${what}`);
  };
  count(result.non2xx, 'answers were not 200');
  count(result.mismatches, 'answers had errors or another length');
  count(result.errors, 'connections failed or timed out');
  count(result.resets, 'connections were closed');
  return {
    requestsPerSecond: times.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    allAnswers,
    failures,
  };
}

export function isRight(body: string, { length, exact }: Target): boolean {
  if (exact) return body.length === length;
  return Math.abs(body.length - length) <= length * LENGTH_CLASS && !body.includes('"errors":');
}

/** Of sorted values; NaN without any. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
