// docs/policies.md: who may ask, why, and every access policy in one sentence.
import type { AccessPolicy, PolicySet } from '../../policies/engine/access-policies.ts';
import type { EntityRef, Scope } from '../../policies/engine/cedar-json.ts';
import type { Consumers } from '../../policies/engine/consumers.ts';
import { code, codes, table } from './markdown.ts';

export function consumerTable({ consumers }: Consumers): string {
  const rows = [...consumers.values()].map(({ name, title, agency, region, roles, purposes }) => [
    code(name),
    title.en,
    title.zh,
    agency ?? '',
    region ?? '',
    codes(roles),
    codes(purposes),
  ]);
  return table(['Consumer', 'Title', '名称', 'Agency', 'Region', 'Roles', 'Purposes'], rows);
}

export function roleTable({ roles }: Consumers): string {
  return table(
    ['Role', 'Lies within'],
    [...roles].map(([name, within]) => [code(name), codes(within)]),
  );
}

export function purposeTable({ purposes, consumers }: Consumers): string {
  const rows = [...purposes.values()].map((purpose) => [
    code(purpose.name),
    purpose.title.en,
    purpose.title.zh,
    purpose.legalBasis,
    purpose.caseRequired ? 'yes 须' : '',
    purpose.userRequired ? 'yes 须' : '',
    purpose.subjects.join(', '),
    purpose.subjectsPerCaseAndDay === undefined ? '' : String(purpose.subjectsPerCaseAndDay),
    purpose.traceEachSubject ? 'yes 是' : '',
    purpose.traceRetention,
    codes([...consumers.values()].filter(({ purposes: held }) => held.includes(purpose.name)).map(nameOf)),
  ]);
  const head = [
    'Purpose',
    'Title',
    '名称',
    'Legal basis',
    'Case',
    'User',
    'Subjects',
    'Per case and day',
    'Each traced',
    'Kept',
    'Held by',
  ];
  return table(head, rows);
}

/** One table a source. */
export function policyTables({ policies }: PolicySet): string {
  return [...new Set(policies.map(({ source }) => source))]
    .map((source) => {
      const own = policies.filter((policy) => policy.source === source);
      const head = ['Policy', 'Effect', 'Actions', 'Who', 'What', 'Where', 'In one sentence'];
      return `### ${source}\n\n${table(head, own.map(policyRow))}`;
    })
    .join('\n\n');
}

function policyRow({ id, policy, text, annotations, mask }: AccessPolicy): readonly string[] {
  const effect = mask === undefined ? policy.effect : `${policy.effect}, mask ${mask}`;
  const sentence = annotations['says'] ?? '';
  return [
    code(id),
    effect,
    actionsOf(policy.action),
    scopeText(policy.principal, 'anybody'),
    scopeText(policy.resource, 'everything'),
    conditionOf(text),
    sentence,
  ];
}

/** The conditions as they are written, on one line. */
function conditionOf(text: string): string {
  const from = text.search(/^\s*(?:when|unless)\b/m);
  return from < 0 ? '' : code(text.slice(from).trim().replace(/;$/, '').replaceAll(/\s+/g, ' '));
}

type ActionScope = AccessPolicy['policy']['action'];

function actionsOf(scope: ActionScope): string {
  if (scope.op === 'All') return 'every action';
  if (scope.op === '==') return code(scope.entity.id);
  return codes((scope.entities ?? [scope.entity!]).map(({ id }) => id));
}

function scopeText(scope: Scope, all: string): string {
  switch (scope.op) {
    case 'All':
      return all;
    case '==':
      return entityText(scope.entity);
    case 'in':
      return `in ${entityText(scope.entity)}`;
    case 'is': {
      const within = scope.in === undefined ? '' : ` in ${entityText(scope.in.entity)}`;
      return `every ${scope.entity_type}${within}`;
    }
  }
}

const entityText = ({ type, id }: EntityRef): string => `${type} ${code(id)}`;
const nameOf = ({ name }: { readonly name: string }): string => name;
