// The text a signature is made over, as the agency describes it: a template whose {places} are filled from the call.
// Nothing else is interpreted, so what is filled in can never be read as a place.

const PLACE = /\{([a-z][a-z-]*)\}/g;

/** What a call can say of itself. */
export const signedPlaces = [
  ...(['method', 'host', 'path', 'query', 'sorted-query', 'body', 'body-digest'] as const),
  ...(['timestamp', 'nonce', 'key-id'] as const),
] as const;

export type SignedPlace = (typeof signedPlaces)[number];

/** The places of a template, in their order. */
export function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(PLACE)].map(([, place]) => place!);
}

/** Fills a template; the manifest was checked, so every place is known. */
export function fill(template: string, valueOf: (place: string) => string): string {
  return template.replaceAll(PLACE, (_whole, place: string) => valueOf(place));
}

/** Parameters as they are sent, ordered by name and then by value. */
export function sortedQuery(search: string): string {
  return search.replace(/^\?/, '').split('&').sort().join('&');
}
