// How often a question made the gateway ask each of its sources.

/** Other statements of the gateway, in its own database. */
export const ownState = 'own state';

/** Calls per source; for databases look-ups, and under `ownState` whatever else the gateway says to its own. */
export type CallCounts = Readonly<Record<string, number>>;
