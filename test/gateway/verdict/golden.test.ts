// The golden cases: the shipped rules over hand-made records, as a lawyer expects them to come out.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Evidence, type Judgement, judge } from '../../../gateway/verdict/judge.ts';
import { loadPolicies } from '../../../policies/engine/load-policies.ts';
import type { Rulebook } from '../../../policies/engine/rulebook.ts';
import type { RegionCode } from '../../../schema/identifiers/region-code.ts';
import { shippedCatalogue } from '../../policies/engine/cedar-oracle.ts';
import { type GoldenCase, goldenCases } from './golden-cases.ts';

const cases = goldenCases('test/golden');
const TODAY = '2026-11-22';

let rulebook: Rulebook;
beforeAll(async () => {
  rulebook = (await loadPolicies('policies', shippedCatalogue())).policies!.rulebook;
});

function judged({ scene, subject, on, place, records, states }: GoldenCase): Judgement {
  const rules = rulebook.scenes.get(scene)!.subjects.get(subject)!;
  const known = new Set(rules.recordTypes.map(({ name }) => name));
  for (const name of [...Object.keys(records), ...Object.keys(states)]) {
    if (!known.has(name)) throw new Error(`${scene} does not look at ${name}`);
  }
  const evidence = rules.recordTypes.map((recordType): Evidence => {
    const { name } = recordType;
    for (const row of records[name] ?? []) {
      const odd = Object.keys(row).filter((field) => !recordType.fields.has(field));
      if (odd.length > 0) throw new Error(`${name} has no ${odd.join(', ')}`);
    }
    const state = states[name] ?? 'OK';
    return {
      recordType,
      state,
      asOf: null,
      rows: state === 'OK' ? (records[name] ?? []) : [],
    };
  });
  const region = place as RegionCode | undefined;
  const profile = rulebook.jurisdictions.profileOf(region);
  return judge(rules, evidence, { asOf: on, today: TODAY, place: region, profile });
}

/** A finding as a case writes it, with its last day where the case has one at that place. */
function written(id: string, status: string, effect: string | undefined, until: string | undefined): string {
  return [
    `${id} ${status}`,
    ...(effect === undefined ? [] : [`as ${effect}`]),
    ...(until === undefined ? [] : [`to ${until}`]),
  ].join(' ');
}

describe.each([...new Set(cases.map(({ file }) => file))])('%s', (file) => {
  test.each(cases.filter((one) => one.file === file).map((one) => [one.title, one.on, one] as const))(
    '%s (%s)',
    (_title, _on, one) => {
      const { outcome, assessments } = judged(one);
      const found = assessments.map(({ rule, status, effect, until }) => ({
        id: rule.id,
        status,
        effect: effect === rule.effect ? undefined : effect,
        until: until ?? undefined,
      }));
      // A case need not tell every last day; where it does, some finding has exactly that.
      const rest = [...found];
      const matched = one.cites.map((wanted) => {
        const at = rest.findIndex(
          ({ id, status, effect, until }) =>
            id === wanted.id &&
            status === wanted.status &&
            effect === wanted.effect &&
            (wanted.until === undefined || until === wanted.until),
        );
        return at < 0 ? undefined : rest.splice(at, 1)[0];
      });
      const all = found.map(({ id, status, effect, until }) => written(id, status, effect, until));
      expect({ outcome, missing: one.cites.filter((_, at) => matched[at] === undefined), rest, all }).toEqual(
        {
          outcome: one.expect,
          missing: [],
          rest: [],
          all,
        },
      );
      const others = assessments.flatMap(({ otherBasis }) => otherBasis);
      expect(others).toEqual(expect.arrayContaining(one.against));
    },
  );
});

test('every rule of every scene is cited by some case, and no case cites what is no rule', () => {
  for (const { scene, rules } of rulebook.scenes.values()) {
    const cited = new Set(
      cases.filter((one) => one.scene === scene).flatMap(({ cites }) => cites.map(({ id }) => id)),
    );
    expect([scene, [...cited].toSorted()]).toEqual([scene, rules.map(({ id }) => id).toSorted()]);
  }
});

test('every place of the notices, and no place, is in some case; so is every outcome', () => {
  const places = new Set(cases.map(({ place }) => place));
  for (const place of ['420200', '420281', '370200', '410300', '350502', '130126', undefined])
    expect([place, places.has(place)]).toEqual([place, true]);
  const outcomes = new Set(cases.map(({ expect: wanted }) => wanted));
  expect([...outcomes].toSorted()).toEqual(['BARRED', 'CLEAR', 'INDETERMINATE', 'RESTRICTED', 'REVIEW']);
  expect(cases.length).toBeGreaterThan(60);
});
