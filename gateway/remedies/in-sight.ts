// Which remedies a caller may see and touch: those about records it may itself look for and, where it speaks for
// itself, its own. Whatever else there is, is for it as if it did not exist.
import { type RecordType, deedsType } from '../../schema/catalogue.ts';
import type { DeclaredRemedies } from '../../schema/remedies-declared.ts';
import type { Subject } from '../../connectors/contract.ts';
import { ClientError } from '../errors.ts';
import { isDerivable } from '../request/plan-frame.ts';
import { type Pseudonymise, pseudonymOf } from '../request/pseudonyms.ts';
import type { Decided } from '../request/stages.ts';
import type { Remedy } from './remedy-store.ts';

/** Fields by which a record is found, dated and known to be in use. */
export function fieldsToFind({ record, dated }: DeclaredRemedies): readonly string[] {
  return [record, dated, 'recordStatus'];
}

/** Record types that have remedies and that the caller may look into. */
export function typesInSight({ table, admitted }: Decided): readonly string[] {
  return [...admitted.snapshot.catalogue.records.values()]
    .filter((type) => mayLookInto(table, type))
    .map(({ name }) => name);
}

export function mayLookInto(table: Decided['table'], type: RecordType): boolean {
  return type.remedies !== undefined && isDerivable(table, type, fieldsToFind(type.remedies));
}

/** Whether the purpose lets the caller act for the subject: anybody but who speaks for itself may for all. */
export function mayActFor({ admitted, purpose }: Decided, subject: Subject): boolean {
  const { speaksFor } = admitted.caller;
  if (!purpose.ownSubjectOnly) return true;
  return speaksFor !== undefined && speaksFor.kind === subject.kind && speaksFor.id === subject.id;
}

/** Whom the caller speaks for. @throws ClientError SELF_REQUIRED */
export function oneself({ admitted, purpose }: Decided, at: string): Subject {
  const { speaksFor } = admitted.caller;
  if (speaksFor === undefined || !purpose.ownSubjectOnly) throw new ClientError('SELF_REQUIRED', at);
  return speaksFor;
}

/** Of some deeds those the caller may do. */
export function permittedDeeds({ table }: Decided, deeds: readonly string[]): readonly string[] {
  return deeds.filter((deed) => table.decisions.get(`${deedsType}.${deed}`)?.kind === 'allow');
}

export function isInSight(
  decided: Decided,
  remedy: Pick<Remedy, 'subject' | 'record_type'>,
  pseudonymise: Pseudonymise,
): boolean {
  const type = decided.admitted.snapshot.catalogue.records.get(remedy.record_type);
  if (type === undefined || !mayLookInto(decided.table, type)) return false;
  if (!decided.purpose.ownSubjectOnly) return true;
  const { speaksFor } = decided.admitted.caller;
  return speaksFor !== undefined && pseudonymOf(pseudonymise, speaksFor) === remedy.subject;
}
