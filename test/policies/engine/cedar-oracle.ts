// cedar-wasm as the oracle: asks Cedar itself what it decides, with everything known.
import * as cedarModule from '@cedar-policy/cedar-wasm/nodejs';
import type { AccessPolicy } from '../../../policies/engine/access-policies.ts';
import type { PolicyJson } from '../../../policies/engine/cedar-json.ts';
import type { DecisionSubject } from '../../../policies/engine/decision-table.ts';
import { type Row, attributeTypeOf } from '../../../policies/engine/row-values.ts';
import { type Catalogue, loadCatalogue } from '../../../schema/catalogue.ts';
import { regionAncestors, type RegionCode } from '../../../schema/identifiers/region-code.ts';

export const cedar = ((cedarModule as { default?: unknown }).default ?? cedarModule) as typeof cedarModule;

export function shippedCatalogue(): Catalogue {
  const { catalogue, problems } = loadCatalogue('schema');
  if (catalogue === undefined) throw new Error(JSON.stringify(problems));
  return catalogue;
}

/** Policies of `texts` as the engine loads them, all of one source. */
export function policiesOf(source: string, texts: readonly string[]): AccessPolicy[] {
  return texts.map((text, index) => {
    const converted = cedar.policyToJson(text);
    if (converted.type === 'failure') throw new Error(`${text}: ${converted.errors[0]!.message}`);
    const policy = converted.json as unknown as PolicyJson;
    return {
      id: `p${index}`,
      file: 'test',
      line: index + 1,
      text,
      policy,
      annotations: policy.annotations ?? {},
      source,
    };
  });
}

export interface OracleAnswer {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that decided. */
  readonly reasons: readonly string[];
  /** Ids, `p<n>` by place, of policies whose evaluation failed. */
  readonly errors: readonly string[];
}

/** Makes an oracle over `policies`, parsed once. */
export function oracleOf(catalogue: Catalogue, policies: readonly AccessPolicy[], name: string) {
  const ids = Object.fromEntries(policies.map((policy, index) => [`p${index}`, policy.text]));
  const parsed = cedar.preparsePolicySet(name, { staticPolicies: ids });
  if (parsed.type === 'failure') throw new Error(parsed.errors[0]!.message);
  return (
    subject: DecisionSubject,
    roles: ReadonlyMap<string, readonly string[]>,
    action: string,
    coordinate: string,
    row: Row,
    today: string,
  ): OracleAnswer => {
    const record = catalogue.records.get(coordinate.split('.')[0]!)!;
    const field = record.fields.get(coordinate.split('.')[1]!)!;
    const { consumer, purpose } = subject;
    const regions = new Set<string>();
    const noteRegion = (code: string): void => {
      regions.add(code);
      regionAncestors(code as RegionCode).forEach((ancestor) => regions.add(ancestor));
    };
    if (consumer.region !== undefined) noteRegion(consumer.region);
    const rowContext: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(row)) {
      if (value === null || value === undefined) continue;
      const type = attributeTypeOf(record.fields.get(name)!);
      if (type === 'Region') noteRegion(String(value));
      rowContext[name] =
        type === 'Region'
          ? { __entity: { type: 'Region', id: value } }
          : type === 'datetime'
            ? { __extn: { fn: 'datetime', arg: value } }
            : type === 'decimal'
              ? { __extn: { fn: 'decimal', arg: String(value).includes('.') ? value : `${String(value)}.0` } }
              : value;
    }
    const uid = (type: string, id: string) => ({ type, id });
    const answer = cedar.statefulIsAuthorized({
      principal: uid('Consumer', consumer.name),
      action: uid('Action', action),
      resource: uid('Field', coordinate),
      context: {
        purpose: { __entity: uid('Purpose', purpose.name) },
        caseGiven: subject.caseGiven,
        userGiven: subject.userGiven,
        today: { __extn: { fn: 'datetime', arg: today } },
        row: rowContext as never,
      },
      preparsedPolicySetId: name,
      entities: [
        {
          uid: uid('Consumer', consumer.name),
          attrs: {
            ...(consumer.agency === undefined ? {} : { agency: consumer.agency }),
            ...(consumer.region === undefined
              ? {}
              : { region: { __entity: uid('Region', consumer.region) } }),
          },
          parents: consumer.roles.map((role) => uid('Role', role)),
        },
        ...[...roles].map(([role, within]) => ({
          uid: uid('Role', role),
          attrs: {},
          parents: within.map((parent) => uid('Role', parent)),
        })),
        ...[...regions].map((code) => ({
          uid: uid('Region', code),
          attrs: {},
          parents: regionAncestors(code as RegionCode)
            .slice(0, 1)
            .map((parent) => uid('Region', parent)),
        })),
        {
          uid: uid('Field', coordinate),
          attrs: {
            sharing: field.classification.sharing,
            level: field.classification.level,
            personal: field.classification.personal,
          },
          parents: [uid('RecordType', record.name)],
        },
        { uid: uid('RecordType', record.name), attrs: {}, parents: [uid('Source', record.source)] },
        { uid: uid('Source', record.source), attrs: {}, parents: [] },
      ],
    });
    if (answer.type === 'failure') throw new Error(answer.errors[0]!.message);
    return {
      decision: answer.response.decision,
      reasons: answer.response.diagnostics.reason,
      errors: answer.response.diagnostics.errors.map(({ policyId }) => policyId),
    };
  };
}
