// What the figures were measured on: absolute ones mean nothing without it.
import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly platform: string;
  /** Whether servers had a core of their own. */
  readonly pinned: boolean;
  /** Processes that wanted a core in the minute before the run: above 0.5, somebody else was at work. */
  readonly load: number;
}

export function describeMachine(pinned: boolean): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    pinned,
    load: loadavg()[0] ?? Number.NaN,
  };
}
