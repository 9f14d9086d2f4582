// docs/access-matrix.md: what every consumer may see of every field under every purpose it holds. Committed, so
// that a change of policy is reviewed as the change it makes.
import type { Decision, DecisionTable, DeriveDecision } from '../../policies/engine/decision-table.ts';
import { makeDecisionTable } from '../../policies/engine/decision-table.ts';
import type { Consumer, Purpose } from '../../policies/engine/consumers.ts';
import type { PolicySet } from '../../policies/engine/access-policies.ts';
import type { Catalogue, RecordType } from '../../schema/catalogue.ts';
import { code, table } from './markdown.ts';

interface Column {
  readonly consumer: Consumer;
  readonly purpose: Purpose;
  /** With no more than the purpose demands, and with case number and user given. */
  readonly least: DecisionTable;
  readonly most: DecisionTable;
}

/** One table a record type: a row a field, a column a consumer and purpose. */
export function accessMatrix(policySet: PolicySet, catalogue: Catalogue): string {
  const { consumers, purposes } = policySet.consumers;
  const columns = [...consumers.values()].flatMap((consumer) =>
    consumer.purposes.map((name): Column => {
      const purpose = purposes.get(name)!;
      const tableOf = (caseGiven: boolean, userGiven: boolean): DecisionTable =>
        makeDecisionTable(policySet, catalogue, { consumer, purpose, caseGiven, userGiven });
      return {
        consumer,
        purpose,
        least: tableOf(purpose.caseRequired, purpose.userRequired),
        most: tableOf(true, true),
      };
    }),
  );
  return [...catalogue.records.values()].map((record) => recordTable(record, columns)).join('\n\n');
}

function recordTable(record: RecordType, columns: readonly Column[]): string {
  const head = ['Field', ...columns.map(({ consumer, purpose }) => `${consumer.name} / ${purpose.name}`)];
  const rows = [...record.fields.values()].map(({ name, coordinate }) => [
    code(name),
    ...columns.map(({ least, most }) => {
      const usual = outcomeOf(least, coordinate);
      const best = outcomeOf(most, coordinate);
      return usual === best ? usual : `${usual}; with case and user ${best}`;
    }),
  ]);
  return `## ${record.name} (${record.source})\n\n${table(head, rows)}`;
}

function outcomeOf({ decisions, derivations }: DecisionTable, coordinate: string): string {
  return `${shown(decisions.get(coordinate)!)}${derived(derivations.get(coordinate)!)}`;
}

function shown(decision: Decision): string {
  switch (decision.kind) {
    case 'allow':
      return 'allow';
    case 'mask':
      return `mask(${decision.mask})`;
    case 'row':
      return `row(${[...decision.reads].sort().join(', ')})`;
    case 'deny':
      return 'deny';
  }
}

function derived(decision: DeriveDecision): string {
  switch (decision.kind) {
    case 'allow':
      return ' +verdict';
    case 'row':
      return ` +verdict(${[...decision.reads].sort().join(', ')})`;
    case 'deny':
      return '';
  }
}
