// The gateway's answers about itself: the catalogue of sources and what the caller may see.
import type { Manifest } from '../../connectors/manifest.ts';
import type { Decision } from '../../policies/engine/decision-table.ts';
import type { SourceHealth } from './source-health.ts';
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
  return context.manifests.map((manifest) => {
    const last = context.health.lastOf(manifest.source);
    const records = snapshot.catalogue.sources.get(manifest.source)?.records.values() ?? [];
    return {
      name: manifest.source,
      title: `${manifest.title.en} ${manifest.title.zh}`,
      owner: `${manifest.owner.en} ${manifest.owner.zh}`,
      transport: manifest.transport,
      maxAgeSeconds: manifest.maxAge === undefined ? null : Math.round(manifest.maxAge / 1000),
      lastState: last?.state ?? null,
      lastCalledAt: last?.at ?? null,
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
      if (purpose === undefined) return [];
      const table = snapshot.tableFor({
        consumer,
        purpose,
        caseGiven: admitted.caseNumber !== undefined,
        userGiven: admitted.user !== undefined,
      });
      const visible = visibleCoordinates(snapshot, consumer);
      return [...table.decisions]
        .filter(([coordinate]) => {
          const owner = snapshot.catalogue.records.get(coordinate.split('.')[0]!)?.source;
          return visible.has(coordinate) && (source === null || source === undefined || owner === source);
        })
        .map(([coordinate, decision]) => fieldDecision(coordinate, decision));
    },
  };
}

const outcomes = { allow: 'ALLOWED', mask: 'MASKED', row: 'CONDITIONAL', deny: 'DENIED' } as const;

function fieldDecision(coordinate: string, decision: Decision): unknown {
  return {
    coordinate,
    outcome: outcomes[decision.kind],
    mask: decision.kind === 'mask' ? decision.mask : null,
    reason: decision.kind === 'deny' ? decision.reason : null,
    policies: decision.policies,
  };
}
