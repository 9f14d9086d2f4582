// Replays audited requests against proposed policies: what each would see otherwise, and which would be refused.
// A pure function of the requests and the two sets.
import type { RecordField } from '../../schema/catalogue.ts';
import type { Policies } from '../../policies/engine/load-policies.ts';
import type { Consumer } from '../../policies/engine/consumers.ts';
import { type Deliberator, deliberateFor } from '../../policies/engine/deliberation.ts';
import { isAdmissible } from '../../policies/engine/needs.ts';
import type { ErrorCode } from '../errors.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import { visibleCoordinates } from '../request/visible-schema.ts';
import type { AuditedRequest } from './audited-requests.ts';
import { explainDerive, explainShowings } from './explanation.ts';
import { type VerdictImpact, verdictImpactOf } from './verdict-impact.ts';
import { deriveText, outcomeText } from './wording.ts';

/** One field that one consumer would see otherwise, or whose facts would feed a verdict otherwise. */
export interface ImpactChange {
  readonly consumer: string;
  readonly purpose: string;
  readonly coordinate: string;
  readonly use: 'shown' | 'verdict';
  /** Outcomes in words, such as `mask(YEAR) if …`. */
  readonly before: string;
  readonly after: string;
  readonly effect: 'WIDER' | 'NARROWER' | 'OTHER';
  /** Replayed requests that asked for it. */
  readonly requests: number;
}

/** Requests that would be refused whole, though they are admitted now. */
export interface ImpactRefusal {
  readonly consumer: string;
  readonly purpose: string;
  readonly code: ErrorCode;
  readonly requests: number;
}

export interface Impact {
  readonly from: string;
  readonly to: string;
  readonly replayed: number;
  /** Requests with a change or a refusal. */
  readonly affected: number;
  /** Requests that the policies of today refuse already: they are not compared. */
  readonly refusedAlready: number;
  readonly refused: readonly ImpactRefusal[];
  readonly changes: readonly ImpactChange[];
  /** What becomes of the verdicts by the rules; what may feed them is among `changes`. */
  readonly verdicts: VerdictImpact;
}

/** Compares both sets for every request. Sorted by consumer, purpose and coordinate. */
export function impactOf(
  requests: readonly AuditedRequest[],
  now: PolicySnapshot,
  proposed: PolicySnapshot,
): Impact {
  const [before, after] = [sideOf(now), sideOf(proposed)];
  const refused = new Map<string, ImpactRefusal>();
  const changes = new Map<string, ImpactChange>();
  let affected = 0;
  let refusedAlready = 0;
  for (const request of requests) {
    const { consumer, purpose } = request;
    if (before.refuses(request) !== undefined) {
      refusedAlready += 1;
      continue;
    }
    const code = after.refuses(request);
    if (code !== undefined) {
      const key = [consumer, purpose, code].join(' ');
      refused.set(key, { consumer, purpose, code, requests: (refused.get(key)?.requests ?? 0) + 1 });
      // A document that names what its caller can no longer know is refused for that alone: say what it was.
      if (code !== 'QUERY_INVALID') {
        affected += 1;
        continue;
      }
    }
    let differs = code !== undefined;
    for (const [use, coordinate] of usesOf(request, now, proposed)) {
      const [was, becomes] = [
        before.outcome(request, use, coordinate),
        after.outcome(request, use, coordinate),
      ];
      if (was === becomes) continue;
      differs = true;
      const key = [consumer, purpose, coordinate, use, was, becomes].join('\0');
      const known = changes.get(key)?.requests ?? 0;
      const change = { consumer, purpose, coordinate, use, before: was, after: becomes };
      changes.set(key, { ...change, effect: effectOf(was, becomes), requests: known + 1 });
    }
    if (differs) affected += 1;
  }
  return {
    from: versionOf(now.policies),
    to: versionOf(proposed.policies),
    replayed: requests.length,
    affected,
    refusedAlready,
    refused: sorted(refused),
    changes: sorted(changes),
    verdicts: verdictImpactOf(
      requests.flatMap(({ given }) => given ?? []),
      now.policies.rulebook,
      proposed.policies.rulebook,
    ),
  };
}

type Use = ImpactChange['use'];

/** What a request asked for: fields to be shown, and fields its verdicts read. */
function usesOf(
  { shown, scenes }: AuditedRequest,
  now: PolicySnapshot,
  proposed: PolicySnapshot,
): readonly (readonly [Use, string])[] {
  const derived = new Set<string>();
  for (const { policies } of [now, proposed]) {
    for (const name of scenes) {
      for (const { recordType, reads } of policies.rulebook.scenes.get(name)?.rules ?? []) {
        for (const field of reads) derived.add(`${recordType.name}.${field}`);
      }
    }
  }
  return [
    ...shown.map((coordinate) => ['shown', coordinate] as const),
    ...[...derived].sort().map((coordinate) => ['verdict', coordinate] as const),
  ];
}

interface Side {
  refuses(request: AuditedRequest): ErrorCode | undefined;
  /** Of a request it does not refuse. */
  outcome(request: AuditedRequest, use: Use, coordinate: string): string;
}

function sideOf(snapshot: PolicySnapshot): Side {
  const { catalogue, policies } = snapshot;
  const { policySet } = policies;
  const visible = new Map<string, ReadonlySet<string>>();
  const knows = (consumer: Consumer, coordinate: string): boolean => {
    if (consumer.names !== 'own') return catalogue.coordinates.has(coordinate);
    const known = visible.get(consumer.name) ?? visibleCoordinates(snapshot, consumer);
    visible.set(consumer.name, known);
    return known.has(coordinate);
  };
  const { consumers, purposes } = policySet.consumers;
  const deliberators = new Map<string, Deliberator>();
  const outcomes = new Map<string, string>();
  const deliberatorFor = (request: AuditedRequest): readonly [string, Deliberator] => {
    const { consumer, purpose, caseGiven, userGiven } = request;
    const key = [consumer, purpose, caseGiven, userGiven].join(' ');
    const made =
      deliberators.get(key) ??
      deliberateFor(policySet, catalogue, {
        consumer: consumers.get(consumer)!,
        purpose: purposes.get(purpose)!,
        caseGiven,
        userGiven,
      });
    deliberators.set(key, made);
    return [key, made];
  };
  return {
    refuses: ({ consumer: name, purpose: declared, caseGiven, userGiven, subjects, named }) => {
      const consumer = consumers.get(name);
      const purpose = purposes.get(declared);
      if (consumer === undefined) return 'CONSUMER_UNKNOWN';
      if (purpose === undefined) return 'PURPOSE_UNKNOWN';
      if (!consumer.purposes.includes(declared)) return 'PURPOSE_NOT_HELD';
      if (!isAdmissible(purpose, caseGiven, true)) return 'CASE_REQUIRED';
      if (!isAdmissible(purpose, true, userGiven)) return 'USER_REQUIRED';
      if (![...subjects].every((kind) => purpose.subjects.includes(kind))) return 'SUBJECT_NOT_PERMITTED';
      return named.every((coordinate) => knows(consumer, coordinate)) ? undefined : 'QUERY_INVALID';
    },
    outcome: (request, use, coordinate) => {
      const [key, deliberator] = deliberatorFor(request);
      const place = `${key} ${use} ${coordinate}`;
      const known = outcomes.get(place) ?? textFor(deliberator, use, catalogue.coordinates.get(coordinate)!);
      outcomes.set(place, known);
      return known;
    },
  };
}

function textFor(deliberator: Deliberator, use: Use, field: RecordField): string {
  const { outcome, showings, derive } = deliberator.about(field);
  if (use === 'verdict') return deriveText({ derive: explainDerive(derive) }).trim() || 'deny';
  return outcomeText({ decision: outcome, showings: explainShowings(showings) });
}

/** Wider and narrower only where it is beyond doubt; a condition or mask that changes is neither. */
function effectOf(before: string, after: string): ImpactChange['effect'] {
  if (before === 'deny' || after === 'allow' || after === '+verdict') return 'WIDER';
  if (after === 'deny' || before === 'allow' || before === '+verdict') return 'NARROWER';
  return 'OTHER';
}

const versionOf = ({ policySet }: Policies): string => policySet.version;

function sorted<T>(entries: ReadonlyMap<string, T>): T[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
