// docs/access-matrix.md: what every consumer may see of every field under every purpose it holds. Committed, so
// that a change of policy is reviewed as the change it makes: one line a field, legible without its neighbours.
import {
  type DecidingPolicy,
  type Deliberation,
  type Deliberator,
  type FieldDeliberation,
  type Showing,
  deliberateFor,
} from '../../policies/engine/deliberation.ts';
import { type Consumer, type Purpose, touches } from '../../policies/engine/consumers.ts';
import type { PolicySet } from '../../policies/engine/access-policies.ts';
import type { Catalogue, RecordType } from '../../schema/catalogue.ts';
import { code, table } from './markdown.ts';

interface Column {
  readonly consumer: Consumer;
  readonly purpose: Purpose;
  /** With no more than the purpose demands, and with case number and user given. */
  readonly least: Deliberator;
  readonly most: Deliberator;
}

/** One table a record type: a row a field, a column a consumer and purpose. */
export function accessMatrix(policySet: PolicySet, catalogue: Catalogue): string {
  const { consumers, purposes } = policySet.consumers;
  const columns = [...consumers.values()].flatMap((consumer) =>
    consumer.purposes.map((name): Column => {
      const purpose = purposes.get(name)!;
      const given = (caseGiven: boolean, userGiven: boolean): Deliberator =>
        deliberateFor(policySet, catalogue, { consumer, purpose, caseGiven, userGiven });
      return {
        consumer,
        purpose,
        least: given(purpose.caseRequired, purpose.userRequired),
        most: given(true, true),
      };
    }),
  );
  return [...catalogue.records.values()]
    .map((record) =>
      recordTable(
        record,
        columns.filter(({ purpose }) => touches(purpose, record.source)),
      ),
    )
    .join('\n\n');
}

function recordTable(record: RecordType, columns: readonly Column[]): string {
  const head = ['Field', ...columns.map(({ consumer, purpose }) => `${consumer.name} / ${purpose.name}`)];
  const rows = [...record.fields.values()].map((field) => [
    code(field.coordinate),
    ...columns.map(({ least, most }) => {
      const usual = outcomeOf(least.about(field));
      const best = outcomeOf(most.about(field));
      return usual === best ? usual : `${usual}; with case and user ${best}`;
    }),
  ]);
  return `## ${record.name} (${record.source})\n\n${table(head, rows)}`;
}

function outcomeOf({ outcome, showings, derive }: FieldDeliberation): string {
  const shown = outcome === 'deny' ? 'deny' : showings.map(showingText).join('; ');
  return `${shown}${derived(derive)}`;
}

function showingText({ as, condition, policies }: Showing): string {
  const how = as === 'WHOLE' ? 'allow' : `mask(${as})`;
  return condition === undefined ? how : `${how}${conditionText(policies)}`;
}

function derived(derive: Deliberation): string {
  if (derive.kind === 'no') return '';
  return ` +verdict${derive.kind === 'yes' ? '' : conditionText(derive.policies)}`;
}

/** Conditions by the names of their policies: the rows of `if`, but those of `unless`. */
function conditionText(policies: readonly DecidingPolicy[]): string {
  const open = policies.filter(({ condition }) => condition !== undefined);
  const names = (effect: 'permit' | 'forbid'): string =>
    open
      .filter(({ policy }) => policy.policy.effect === effect)
      .map(({ policy }) => policy.id)
      .join(' or ');
  const always = policies.some(
    ({ policy, condition }) => policy.policy.effect === 'permit' && condition === undefined,
  );
  const [permits, forbids] = [names('permit'), names('forbid')];
  return `${permits === '' || always ? '' : ` if ${permits}`}${forbids === '' ? '' : ` unless ${forbids}`}`;
}
