// The last known state of every source, for the catalogue; answers never depend on it.
import type { KnownState, SourceAnswer } from '../../connectors/contract.ts';

export interface SourceHealth {
  note(answers: ReadonlyMap<string, SourceAnswer>, at: Date): void;
  lastOf(source: string): { readonly state: KnownState; readonly at: string } | undefined;
}

export function createSourceHealth(): SourceHealth {
  const last = new Map<string, { readonly state: KnownState; readonly at: string }>();
  return {
    note: (answers, at) => {
      for (const [source, { state }] of answers) last.set(source, { state, at: at.toISOString() });
    },
    lastOf: (source) => last.get(source),
  };
}
