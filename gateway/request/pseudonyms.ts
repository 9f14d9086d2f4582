// What a subject is called in logs, counts and the audit: never by its identifier.
import type { Subject } from '../../connectors/contract.ts';

/** Keyed pseudonym of a canonical value of a kind. */
export type Pseudonymise = (kind: string, canonicalValue: string) => string;

/** Pseudonym of a subject; the kinds are those the auditor's search knows. */
export function pseudonymOf(pseudonymise: Pseudonymise, { kind, id }: Subject): string {
  return pseudonymise(kind === 'Organization' ? 'uscc' : 'citizen-id', id);
}
