// Stands in front of one source: answers what is known from facts, asks the source for the rest in one call, and lets
// concurrent requests for the same share it. Old facts are shown only while the source is failing, as STALE.
import type { Clock } from '../connector.ts';
import { type FetchStep, type SourceAnswer, type SourceRequest, type Subject, gapFor } from '../contract.ts';
import { assessFreshness } from '../freshness.ts';
import type { Manifest } from '../manifest.ts';
import { CallerGaveUp, stoppedBy } from '../resilience/deadline.ts';
import { failureOf } from '../source-error.ts';
import type { Watch } from '../watch.ts';
import { type Part, composeAnswer } from './compose-answer.ts';
import { type Fact, type FactName, type Invalidation, covers, shapeOf, textOf } from './fact.ts';
import type { FactStore, KeptFact, Reading } from './fact-store.ts';
import type { CacheTimes } from './manifest-part.ts';

/** Asks a source. Never rejects. `milliseconds`: what is left of the request's time for it. */
export type AskSource = (
  request: SourceRequest,
  signal: AbortSignal,
  milliseconds?: number,
) => Promise<SourceAnswer>;

export interface SourceCache {
  readonly fetch: AskSource;
  /** Nobody joins what is being asked at the moment any more, and it is not kept. */
  forget(what: Invalidation): void;
}

export interface SourceCacheOptions {
  readonly manifest: Manifest;
  readonly times: CacheTimes;
  readonly ask: AskSource;
  readonly store: FactStore;
  readonly clock: Clock;
  readonly watch: Watch;
}

/** A fact somebody wants. */
interface Wish {
  readonly name: FactName;
  readonly text: string;
  readonly step: FetchStep;
  readonly subject: Subject;
}

/** A call on its way, shared by all who want what it asks for. */
interface Flight {
  /** When it took off, in milliseconds since 1970. */
  readonly at: number;
  readonly answer: Promise<SourceAnswer>;
  readonly stop: AbortController;
  /** Requests that wait for it; when the last one gives up, the source is told to stop. */
  waiting: number;
  landed: boolean;
  /** Facts that were invalidated meanwhile. */
  readonly outdated: Set<string>;
}

/** Clocks of replicas differ; a fact from further in the future than this is not believed. */
const CLOCK_TOLERANCE_MS = 60_000;

export function cacheSource(options: SourceCacheOptions): SourceCache {
  const { manifest, times, ask, store, clock, watch } = options;
  const flights = new Map<string, { readonly flight: Flight; readonly name: FactName }>();

  const wishesOf = ({ subjects, steps }: SourceRequest): readonly Wish[] =>
    steps.flatMap((step) => {
      const mapping = manifest.records.get(step.record)!;
      const shape = shapeOf(manifest, mapping, step);
      return subjects
        .filter(({ kind }) => mapping.subjects.has(kind))
        .map((subject) => {
          const name = { source: manifest.source, record: step.record, subject, shape };
          return { name, text: textOf(name), step, subject };
        });
    });

  const ageOf = ({ at }: Pick<Fact, 'at'>): number => {
    const age = clock().getTime() - at;
    return age < -CLOCK_TOLERANCE_MS ? Infinity : age;
  };
  const isFresh = (fact: Fact): boolean => ageOf(fact) < times.ttl && isWithinMaxAge(fact);
  const isUsable = (fact: Fact): boolean => ageOf(fact) < times.ttl + times.stale;
  const isWithinMaxAge = ({ asOf }: Fact): boolean => {
    try {
      return assessFreshness(asOf, manifest.maxAge, clock()).state === 'OK';
    } catch {
      return false;
    }
  };

  const takeOff = (wishes: readonly Wish[], readings: ReadonlyMap<string, Reading>, left: number): Flight => {
    const at = clock().getTime();
    const stop = new AbortController();
    // One call: the steps are asked for all subjects, which the permission covers.
    const request = {
      subjects: [...new Set(wishes.map(({ subject }) => subject))],
      steps: [...new Set(wishes.map(({ step }) => step))],
    };
    const outdated = new Set<string>();
    const flight: Flight = {
      at,
      answer: ask(request, stop.signal, left),
      stop,
      waiting: 0,
      landed: false,
      outdated,
    };
    for (const { text, name } of wishes) flights.set(text, { flight, name });
    const leave = (gone: readonly Wish[]): void => {
      for (const { text } of gone) if (flights.get(text)?.flight === flight) flights.delete(text);
    };
    const land = async (): Promise<void> => {
      const { state, asOf, rows, candidates, invalidSubjects, methods, gaps } = await flight.answer;
      flight.landed = true;
      const facts: KeptFact[] = [];
      for (const wish of wishes) {
        const { text, name, step, subject } = wish;
        const generations = readings.get(text)?.generations;
        const gap = gapFor(gaps, step.record, subject.id);
        const whole = !invalidSubjects.has(subject.id) && (gap === undefined || gap === 'UNPROVEN');
        const known = generations !== undefined && !outdated.has(text) && whole;
        // Absence is proven only by an answer that is OK.
        if (state === 'OK' && asOf !== null && known) {
          const fact = {
            at,
            asOf,
            rows: rows.get(step.record)?.get(subject.id) ?? [],
            candidates: candidates?.get(step.record)?.get(subject.id) ?? [],
            method: methods?.get(step.record)?.get(subject.id),
            gap,
          };
          facts.push({ name, fact, generations });
        } else leave([wish]);
      }
      // Whoever asks until it is kept has this answer, too.
      if (facts.length > 0) await store.write(facts, times.ttl + times.stale);
      leave(wishes);
    };
    void land();
    return flight;
  };

  return {
    fetch: async (request, caller, milliseconds = manifest.limits.deadline) => {
      const started = performance.now();
      // Whoever asks says what is wrong with a step that is not mapped.
      const mapped = request.steps.every(({ record }) => manifest.records.has(record));
      const wishes = mapped ? wishesOf(request) : [];
      if (wishes.length === 0) return ask(request, caller, milliseconds);
      const boarded = new Map<string, Flight>();
      const landed = new Set<Flight>();
      const board = ({ text }: Wish, flight: Flight): void => {
        if (![...boarded.values()].includes(flight)) flight.waiting += 1;
        boarded.set(text, flight);
      };
      const boardsKnown = (wish: Wish): boolean => {
        const known = flights.get(wish.text);
        // A flight everybody has left is being stopped; one that has landed may still be being kept.
        if (known === undefined || known.flight.stop.signal.aborted) return false;
        if (ageOf(known.flight) >= times.ttl) return false;
        if (known.flight.landed) landed.add(known.flight);
        board(wish, known.flight);
        return true;
      };
      try {
        const unasked = wishes.filter((wish) => !boardsKnown(wish));
        const readings = new Map<string, Reading>();
        if (unasked.length > 0) {
          const read = await store.read(unasked.map(({ name }) => name));
          unasked.forEach(({ text }, at) => readings.set(text, read[at]!));
        }
        const factOf = ({ text }: Wish): Fact | undefined => readings.get(text)?.fact;
        const isKnown = (wish: Wish): boolean => {
          const fact = factOf(wish);
          return fact !== undefined && isFresh(fact);
        };
        // Another request may have begun to ask while the store was read.
        const missing = unasked.filter((wish) => !isKnown(wish) && !boardsKnown(wish));
        let own: Flight | undefined;
        if (missing.length > 0 && !caller.aborted) {
          own = takeOff(missing, readings, milliseconds - (performance.now() - started));
          for (const wish of missing) board(wish, own);
        }
        const answers = new Map<Flight, SourceAnswer>();
        const all = Promise.all(
          [...new Set(boarded.values())].map(async (flight) => answers.set(flight, await flight.answer)),
        );
        if (caller.aborted) throw new CallerGaveUp();
        await stoppedBy(caller, all);
        const parts = wishes.map((wish): Part => {
          const flight = boarded.get(wish.text);
          const fact = factOf(wish);
          return {
            record: wish.step.record,
            subject: wish.subject,
            fact: fact !== undefined && (flight === undefined || isUsable(fact)) ? fact : undefined,
            answer: flight === undefined ? undefined : answers.get(flight),
            from: flight === undefined || landed.has(flight) ? 'kept' : flight === own ? 'asked' : 'shared',
          };
        });
        return composeAnswer(parts, (outcome) => watch.cached(manifest.source, outcome));
      } catch (error) {
        const failure = failureOf(caller.aborted ? new CallerGaveUp() : error);
        return { state: 'UNAVAILABLE', asOf: null, rows: new Map(), invalidSubjects: new Set(), failure };
      } finally {
        for (const flight of new Set(boarded.values())) {
          flight.waiting -= 1;
          if (flight.waiting === 0 && !flight.landed) flight.stop.abort();
        }
      }
    },
    forget: (what) => {
      for (const [text, { flight, name }] of flights) {
        if (!covers(what, name)) continue;
        flights.delete(text);
        flight.outdated.add(text);
      }
    },
  };
}
