// The gateway's answers about itself: the catalogue of sources and what the caller may see.
import type { Manifest } from '../../connectors/manifest.ts';
import type { Decision, DecisionSubject } from '../../policies/engine/decision-table.ts';
import { type Explainer, explainFor } from '../explain/explanation.ts';
import { neededText, outcomeText } from '../explain/wording.ts';
import type { PolicySet } from '../../policies/engine/access-policies.ts';
import type { SourceHealth } from '../watch/source-health.ts';
import { decide } from './decide.ts';
import type { PolicySnapshot } from './snapshot.ts';
import { healthView } from './source-view.ts';
import type { Admitted } from './stages.ts';
import { visibleCoordinates } from './visible-schema.ts';

/** What the own-data roots need besides the request. */
export interface OwnDataContext {
  readonly manifests: readonly Manifest[];
  readonly health: SourceHealth;
}

/** Resolvers of `sources` and `viewer`. */
export function ownData(
  admitted: Admitted,
  context: OwnDataContext,
): Readonly<Record<string, () => unknown>> {
  return {
    sources: () => sources(admitted, context),
    viewer: () => viewer(admitted),
  };
}

function sources(admitted: Admitted, context: OwnDataContext): unknown[] {
  const { snapshot, caller } = admitted;
  const visible = visibleCoordinates(snapshot, caller.consumer);
  const table = admitted.purpose === undefined ? undefined : decide(admitted).table;
  return context.manifests.map((manifest) => {
    const report = context.health.reportOf(manifest.source);
    const records = snapshot.catalogue.sources.get(manifest.source)?.records.values() ?? [];
    return {
      name: manifest.source,
      title: `${manifest.title.en} ${manifest.title.zh}`,
      owner: `${manifest.owner.en} ${manifest.owner.zh}`,
      transport: manifest.transport,
      maxAgeSeconds: manifest.maxAge === undefined ? null : Math.round(manifest.maxAge / 1000),
      lastState: report.lastState,
      lastCalledAt: report.lastCalledAt,
      health: () => healthView(report, table, visible),
      fields: [...records]
        .flatMap((record) => [...record.fields.values()])
        .filter((field) => visible.has(field.coordinate))
        .map((field) => ({
          coordinate: field.coordinate,
          description: field.description,
          sharing: field.classification.sharing,
          level: field.classification.level,
          personal: field.classification.personal,
        })),
    };
  });
}

function viewer(admitted: Admitted): unknown {
  const { caller, purpose, snapshot } = admitted;
  const { consumer } = caller;
  const subject: DecisionSubject | undefined = purpose && {
    consumer,
    purpose,
    caseGiven: admitted.caseNumber !== undefined,
    userGiven: admitted.user !== undefined,
  };
  return {
    consumer: consumer.name,
    roles: consumer.roles,
    agency: consumer.agency ?? null,
    region: consumer.region ?? null,
    purpose: purpose?.name ?? null,
    purposes: consumer.purposes.map((name) => {
      const held = snapshot.policies.policySet.consumers.purposes.get(name)!;
      return { ...held, title: `${held.title.en} ${held.title.zh}` };
    }),
    decisions: ({ source }: { source?: string | null }) => {
      if (subject === undefined) return [];
      const visible = visibleCoordinates(snapshot, consumer);
      return [...snapshot.tableFor(subject).decisions]
        .filter(([coordinate]) => {
          const owner = snapshot.catalogue.records.get(coordinate.split('.')[0]!)?.source;
          return visible.has(coordinate) && (source === null || source === undefined || owner === source);
        })
        .map(([coordinate, decision]) => fieldDecision(snapshot, coordinate, decision));
    },
    explain: ({ coordinate }: { coordinate: string }) => {
      // What the caller may never see and what does not exist look alike.
      if (subject === undefined || !visibleCoordinates(snapshot, consumer).has(coordinate)) return null;
      const explanation = explainerFor(snapshot, subject).explain(coordinate)!;
      return {
        decision: fieldDecision(snapshot, coordinate, snapshot.tableFor(subject).decisions.get(coordinate)!),
        outcome: outcomeText(explanation),
        needed: explanation.needed.map(neededText),
      };
    },
  };
}

const explainers = new WeakMap<PolicySnapshot, Map<string, Explainer>>();

/** Made once, for what it tried serves every field. Bounded as the decision tables are. */
function explainerFor(snapshot: PolicySnapshot, subject: DecisionSubject): Explainer {
  const made = explainers.get(snapshot) ?? new Map<string, Explainer>();
  explainers.set(snapshot, made);
  const { consumer, purpose, caseGiven, userGiven } = subject;
  const key = [consumer.name, purpose.name, caseGiven, userGiven].join(' ');
  const explainer = made.get(key) ?? explainFor(snapshot, subject);
  made.set(key, explainer);
  return explainer;
}

const outcomes = { allow: 'ALLOWED', mask: 'MASKED', row: 'CONDITIONAL', deny: 'DENIED' } as const;

function fieldDecision(
  { policies: { policySet } }: PolicySnapshot,
  coordinate: string,
  decision: Decision,
): unknown {
  return {
    coordinate,
    outcome: outcomes[decision.kind],
    mask: decision.kind === 'mask' ? decision.mask : null,
    reason: decision.kind === 'deny' ? decision.reason : null,
    policies: decision.policies,
    says: () => decision.policies.map((id) => sentenceOf(policySet, id)),
  };
}

function sentenceOf({ policies }: PolicySet, id: string): string {
  return policies.find((policy) => policy.id === id)?.annotations['says'] ?? '';
}
