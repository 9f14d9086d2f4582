// What is told of a request while it walks: how long each stage took and how it ended. Labels are closed lists of
// ours; nothing a caller wrote is among them.
import type { ErrorCode } from '../errors.ts';

/** The stages of a request, in their order. `claim`: the subjects of a case are counted. */
export const stageNames = [
  'authenticate',
  'admit',
  'decide',
  'plan',
  'claim',
  'fetch',
  'complete',
  'record',
] as const;
export type StageName = (typeof stageNames)[number];

/** `none`: refused before it was known what it asks. */
export type OperationKind = 'data' | 'own' | 'introspection' | 'mutation' | 'schema' | 'none';

/** `partial`: answered, with at least one error in it. */
export type RequestOutcome = 'answered' | 'partial' | 'refused' | 'failed';

/** What a request turned out to be; filled in while it walks. */
export interface Told {
  kind: OperationKind;
  /** Whether it was answered at all. */
  answered: boolean;
  codes: readonly ErrorCode[];
}

/** The end of a request. */
export interface RequestEnd {
  readonly kind: OperationKind;
  readonly outcome: RequestOutcome;
  readonly codes: readonly ErrorCode[];
  readonly milliseconds: number;
}

export interface RequestStart {
  /** The request's own number, as in the log. */
  readonly id: string;
  /** W3C trace context, as the caller sent it. */
  readonly traceparent: string | undefined;
}

export interface RequestWatch {
  readonly request: <T>(start: RequestStart, work: (told: Told) => Promise<T>) => Promise<T>;
  readonly stage: <T>(name: StageName, work: () => T) => T;
}

/** Told of the end of requests and stages, in milliseconds. */
export interface Timekeeper {
  requestEnded(end: RequestEnd): void;
  stageEnded(name: StageName, milliseconds: number): void;
}

/** Something that keeps a context along with the work, as traces do. `end` is asked once the work is over. */
export interface Tracer {
  request<T>(start: RequestStart, work: () => Promise<T>, end: () => RequestEnd): Promise<T>;
  stage<T>(name: StageName, work: () => T): T;
}

/** Times everything for `keeper`; `tracer` only where traces are wanted. */
export function watchRequests(keeper: Timekeeper, tracer?: Tracer): RequestWatch {
  const timed = <T>(name: StageName, work: () => T): T => {
    const started = performance.now();
    const over = (): void => keeper.stageEnded(name, performance.now() - started);
    return whenOver(work, over);
  };
  return {
    request: async (start, work) => {
      const started = performance.now();
      const told: Told = { kind: 'none', answered: false, codes: [] };
      let failed = true;
      const end = (): RequestEnd => ({
        kind: told.kind,
        outcome: failed ? 'failed' : outcomeOf(told),
        codes: told.codes,
        milliseconds: performance.now() - started,
      });
      const walk = async () => {
        const walked = await work(told);
        failed = false;
        return walked;
      };
      try {
        return await (tracer === undefined ? walk() : tracer.request(start, walk, end));
      } finally {
        keeper.requestEnded(end());
      }
    },
    stage: (name, work) =>
      tracer === undefined ? timed(name, work) : tracer.stage(name, () => timed(name, work)),
  };
}

function outcomeOf({ answered, codes }: Told): RequestOutcome {
  if (!answered) return 'refused';
  return codes.length === 0 ? 'answered' : 'partial';
}

/** Runs `work` and calls `over` once it has returned, thrown or settled; its result is handed on as it is. */
export function whenOver<T>(work: () => T, over: (failed: boolean) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    over(true);
    throw error;
  }
  if (!(result instanceof Promise)) {
    over(false);
    return result;
  }
  return result.then(
    (value: unknown) => {
      over(false);
      return value;
    },
    (error: unknown) => {
      over(true);
      throw error;
    },
  ) as T;
}
