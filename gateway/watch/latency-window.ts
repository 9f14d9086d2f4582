// The durations of the last calls of a source, as quantiles. Bounded: the oldest makes room for the newest.

/** Calls remembered for quantiles. */
export const windowCalls = 512;

/** Milliseconds; null before the first call. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface LatencyWindow {
  note(milliseconds: number): void;
  quantiles(): Quantiles;
}

export function openLatencyWindow(size: number = windowCalls): LatencyWindow {
  const durations = new Float64Array(size);
  let noted = 0;
  return {
    note: (milliseconds) => {
      durations[noted % size] = milliseconds;
      noted += 1;
    },
    quantiles: () => {
      const sorted = durations.slice(0, Math.min(noted, size)).sort();
      // Nearest rank: a duration that occurred, within which that share of the calls was answered.
      const at = (share: number): number | null => {
        const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
        return value === undefined ? null : Math.ceil(value);
      };
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    },
  };
}
