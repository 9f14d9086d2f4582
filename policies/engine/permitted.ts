// Fields a decision has permitted. Only `policies/engine` makes them, so that a fetch before a decision does
// not type-check (security invariant 2).
declare const permitted: unique symbol;

/** Field names of one record type that may leave their source for this request. */
export type PermittedFields = readonly string[] & { readonly [permitted]: true };

/**
 * Brands fields as permitted. INVARIANT: called by the decision table alone; a house test holds that nothing
 * outside `policies/engine` imports this function.
 */
export function brandPermitted(fields: readonly string[]): PermittedFields {
  return Object.freeze([...fields]) as unknown as PermittedFields;
}
