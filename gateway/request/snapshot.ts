// Everything that decides, under one version: swapped whole, so that a request sees one world.
import type { Policies } from '../../policies/engine/load-policies.ts';
import {
  type DecisionSubject,
  type DecisionTable,
  makeDecisionTable,
} from '../../policies/engine/decision-table.ts';
import type { Catalogue } from '../../schema/catalogue.ts';

/** Catalogue and policies, with the decision tables made of them so far. */
export interface PolicySnapshot {
  readonly catalogue: Catalogue;
  readonly policies: Policies;
  /** Table for a caller and purpose; made once, then a map look-up. */
  tableFor(subject: DecisionSubject): DecisionTable;
}

/** Told of the deciding. */
export interface DecisionObserver {
  readonly tableComputed: (milliseconds: number) => void;
  /** A policy could not be evaluated, and so denied. */
  readonly policyFailed: () => void;
}

export function takeSnapshot(
  catalogue: Catalogue,
  policies: Policies,
  observer?: DecisionObserver,
): PolicySnapshot {
  // Bounded by itself: consumers × purposes × 4, all of them from files.
  const tables = new Map<string, DecisionTable>();
  return {
    catalogue,
    policies,
    tableFor: (subject) => {
      const key = [subject.consumer.name, subject.purpose.name, subject.caseGiven, subject.userGiven].join(
        ' ',
      );
      let table = tables.get(key);
      if (table === undefined) {
        const started = performance.now();
        table = makeDecisionTable(policies.policySet, catalogue, subject, observer?.policyFailed);
        observer?.tableComputed(performance.now() - started);
        tables.set(key, table);
      }
      return table;
    },
  };
}
