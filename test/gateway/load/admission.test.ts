import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Entry, type Place, openAdmission } from '../../../gateway/load/admission.ts';

/** An admission whose clock and limit the test moves. */
const open = (current: number, most = 100) => {
  const limit = { current };
  const clock = { now: 0 };
  return { limit, clock, admission: openAdmission({ limit, most, now: () => clock.now }) };
};
const placeOf = (entry: Entry): Place => {
  if (entry.place === undefined) throw new Error('refused');
  return entry.place;
};

describe('a request', () => {
  test('below the limit is worked on at once', () => {
    const { admission } = open(2);
    expect([placeOf(admission.ask()).turn, placeOf(admission.ask()).turn]).toEqual([true, true]);
    expect(admission.running).toBe(2);
  });

  test('beyond it waits its turn, in the order of coming', async () => {
    const { admission } = open(1);
    const first = placeOf(admission.ask());
    const order: string[] = [];
    const waits = (name: string): Place => {
      const place = placeOf(admission.ask());
      void Promise.resolve(place.turn).then(() => order.push(name));
      return place;
    };
    const second = waits('second');
    first.leave();
    waits('third');
    second.leave();
    await Promise.resolve();
    await Promise.resolve();
    expect(order).toEqual(['second', 'third']);
  });

  test('beyond one round of waiting ones is refused where the wait would be long', () => {
    const { admission, clock } = open(2);
    const running = [admission.ask(), admission.ask()].map(placeOf);
    const waiting = [admission.ask(), admission.ask()].map(placeOf);
    clock.now = 20_000;
    running[0]!.leave();
    clock.now = 40_000;
    running[1]!.leave();
    expect([admission.running, admission.waiting]).toEqual([2, 0]);
    // One every two seconds, as far as is known.
    const refused = [1, 2, 3].map(() => admission.ask());
    expect(refused.map(({ place }) => place !== undefined)).toEqual([true, true, false]);
    expect(refused[2]).toEqual({ retryAfter: 7 });
    expect(admission.refused).toBe(1);
    for (const place of waiting) place.leave();
  });

  test('beyond one round waits where turns come fast', () => {
    const { admission, clock } = open(2);
    const places = Array.from({ length: 50 }, () => placeOf(admission.ask()));
    clock.now = 1;
    for (const place of places.slice(0, 40)) {
      clock.now += 10;
      place.leave();
    }
    for (let at = 0; at < 20; at += 1) expect(admission.ask().place).toBeDefined();
  });

  test('is refused when as many are under way as may be', () => {
    const { admission } = open(5, 6);
    for (let at = 0; at < 6; at += 1) placeOf(admission.ask());
    expect(admission.ask()).toEqual({ retryAfter: 1 });
  });

  test('that gives up while it waits makes room, and is not worked on', async () => {
    const { admission } = open(1);
    const first = placeOf(admission.ask());
    const second = placeOf(admission.ask());
    second.leave();
    expect(await second.turn).toBe(false);
    expect([admission.running, admission.waiting]).toEqual([1, 0]);
    first.leave();
    first.leave();
    expect(admission.running).toBe(0);
  });
});

test('a limit that has grown lets in who waits', async () => {
  const { admission, limit } = open(1);
  placeOf(admission.ask());
  const second = placeOf(admission.ask());
  limit.current = 2;
  admission.admit();
  expect(await second.turn).toBe(true);
});

test('says whether the limit was reached since it was asked', () => {
  const { admission } = open(2);
  const first = placeOf(admission.ask());
  expect(admission.wasReached()).toBe(false);
  const second = placeOf(admission.ask());
  expect(admission.wasReached()).toBe(true);
  first.leave();
  second.leave();
  expect([admission.wasReached(), admission.wasReached()]).toEqual([true, false]);
});

test('never are more worked on than the limit of the moment, and none is forgotten', () => {
  const steps = fc.array(
    fc.oneof(
      fc.constant('enter' as const),
      fc.nat(30).map((which) => ({ leave: which })),
      fc.integer({ min: 1, max: 8 }).map((limit) => ({ limit })),
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(steps, (walk) => {
      const { admission, limit, clock } = open(4, 20);
      const here: Place[] = [];
      let highest = 4;
      for (const step of walk) {
        clock.now += 7;
        if (step === 'enter') {
          const { place } = admission.ask();
          if (place !== undefined) here.push(place);
        } else if ('leave' in step) {
          here.splice(step.leave % Math.max(1, here.length), 1)[0]?.leave();
        } else {
          limit.current = step.limit;
          admission.admit();
        }
        highest = Math.max(limit.current, Math.min(highest, admission.running));
        expect(admission.running).toBeLessThanOrEqual(highest);
        expect(admission.running + admission.waiting).toBe(here.length);
        // Nobody waits beside a free place.
        if (admission.waiting > 0) expect(admission.running).toBeGreaterThanOrEqual(limit.current);
      }
    }),
    { numRuns: 100 },
  );
});
