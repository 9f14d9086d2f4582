// What anybody's right to a record depends on in the record itself: kept with a remedy, so that it can be said later who
// was entitled to the record, even when its owner has taken it away.
import type { PolicySnapshot } from '../request/snapshot.ts';
import type { RecordType } from '../../schema/catalogue.ts';

const remembered = new WeakMap<PolicySnapshot, Map<string, readonly string[]>>();

/** Fields of a record type that conditions on reading it look at, for any consumer and any purpose it holds; sorted. */
export function conditionsOn(snapshot: PolicySnapshot, type: RecordType): readonly string[] {
  const ofSnapshot = remembered.get(snapshot) ?? new Map<string, readonly string[]>();
  remembered.set(snapshot, ofSnapshot);
  let fields = ofSnapshot.get(type.name);
  if (fields === undefined) ofSnapshot.set(type.name, (fields = fieldsLookedAt(snapshot, type)));
  return fields;
}

function fieldsLookedAt(snapshot: PolicySnapshot, type: RecordType): readonly string[] {
  const { consumers, purposes } = snapshot.policies.policySet.consumers;
  const fields = new Set<string>();
  for (const consumer of consumers.values()) {
    for (const held of consumer.purposes) {
      const purpose = purposes.get(held)!;
      const table = snapshot.tableFor({ consumer, purpose, caseGiven: true, userGiven: true });
      for (const { coordinate } of type.fields.values()) {
        const decision = table.decisions.get(coordinate);
        if (decision?.kind === 'row') decision.reads.forEach((name) => fields.add(name));
      }
    }
  }
  return [...fields].filter((name) => type.fields.has(name)).sort();
}
