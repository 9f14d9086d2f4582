// Loads policies/access: one Cedar file per source, each speaking only of its own source, together covering
// every field. With any problem nothing is loaded.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Catalogue, MaskKind, RecordField } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import { suggest } from '../../schema/suggest.ts';
import { maskKinds } from '../masks/mask.ts';
import type { CedarFile, NamedPolicy } from './cedar-file.ts';
import type { EntityRef, Expression, PolicyJson, Scope } from './cedar-json.ts';
import type { Consumers } from './consumers.ts';

/** A loaded access policy; `mask` where its annotation chooses one. */
export interface AccessPolicy extends NamedPolicy {
  readonly source: string;
  readonly mask?: MaskKind;
}

/** Everything a decision table is made of, under one version. */
export interface PolicySet {
  readonly version: string;
  readonly consumers: Consumers;
  readonly policies: readonly AccessPolicy[];
}

/** Makes one policy set of the files, checked against the catalogue and the consumers. */
export function loadAccessPolicies(options: {
  readonly directory: string;
  readonly catalogue: Catalogue;
  readonly consumers: Consumers;
  /** The files of policies/access. */
  readonly files: readonly CedarFile[];
}): { policySet?: PolicySet; problems: Problem[] } {
  const { catalogue, consumers } = options;
  const policies: AccessPolicy[] = [];
  const problems: Problem[] = [];
  const hash = createHash('sha256');
  for (const read of options.files) {
    const { file } = read;
    const name = basename(file);
    const source = basename(name, '.cedar');
    hash.update(`${name}\0`).update(read.text);
    if (!catalogue.sources.has(source)) {
      const suggestion = suggest(source, catalogue.sources.keys());
      problems.push({
        file,
        line: 1,
        message: `no source "${source}": a policy file bears the name of its source's SDL file`,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
      continue;
    }
    problems.push(...read.problems);
    for (const policy of read.policies) {
      problems.push(...checkNames(policy, source, catalogue, consumers));
      const mask = policy.annotations['mask'];
      if (mask !== undefined && !maskKinds.includes(mask as MaskKind)) {
        const message = `@mask("${mask}") is not one of ${maskKinds.join(', ')}`;
        problems.push({ file, line: policy.line, message });
      }
      policies.push({ ...policy, source, ...(mask === undefined ? {} : { mask: mask as MaskKind }) });
    }
  }
  for (const name of ['consumers.yaml', 'purposes.yaml']) {
    hash.update(`${name}\0`).update(readFileSync(join(options.directory, name)));
  }
  if (problems.length === 0) problems.push(...uncovered(catalogue, policies), ...repeatedIds(policies));
  if (problems.length > 0) return { problems };
  return { problems, policySet: { version: hash.digest('hex').slice(0, 16), consumers, policies } };
}

/** Fields no policy speaks of: deny by default must be somebody's decision, so start-up refuses them. */
function uncovered(catalogue: Catalogue, policies: readonly AccessPolicy[]): Problem[] {
  const problems: Problem[] = [];
  for (const field of catalogue.coordinates.values()) {
    const [recordName] = field.coordinate.split('.');
    const record = catalogue.records.get(recordName!)!;
    if (policies.some((policy) => covers(policy.policy.resource, field, record.name, record.source)))
      continue;
    const { file } = catalogue.sources.get(record.source)!;
    problems.push({
      file,
      line: field.line,
      message: `${field.coordinate} has no policy: say in policies/access/${record.source}.cedar who may read it`,
    });
  }
  return problems;
}

/** Whether a policy's resource scope includes a field. A scope of all resources covers none: it names nothing. */
export function covers(scope: Scope, field: RecordField, record: string, source: string): boolean {
  if (scope.op !== '==' && scope.op !== 'in') return false;
  const { type, id } = scope.entity;
  return (
    (type === 'Field' && id === field.coordinate) ||
    (scope.op === 'in' && ((type === 'RecordType' && id === record) || (type === 'Source' && id === source)))
  );
}

function repeatedIds(policies: readonly AccessPolicy[]): Problem[] {
  const seen = new Map<string, AccessPolicy>();
  const problems: Problem[] = [];
  for (const policy of policies) {
    const first = seen.get(policy.id);
    if (first !== undefined) {
      const message = `@id("${policy.id}") is taken by ${basename(first.file)} line ${first.line}`;
      problems.push({ file: policy.file, line: policy.line, message });
    }
    seen.set(policy.id, policy);
  }
  return problems;
}

function checkNames(
  policy: NamedPolicy,
  source: string,
  catalogue: Catalogue,
  consumers: Consumers,
): Problem[] {
  const problems: Problem[] = [];
  const place = { file: policy.file, line: policy.line };
  const known: Readonly<Record<string, ReadonlyMap<string, unknown>>> = {
    Consumer: consumers.consumers,
    Role: consumers.roles,
    Source: catalogue.sources,
    RecordType: catalogue.records,
    Field: catalogue.coordinates,
  };
  for (const { type, id } of entitiesOf(policy.policy)) {
    const names = known[type];
    if (type === 'Region' && !/^\d{6}$/.test(id)) {
      problems.push({ ...place, message: `Region::"${id}" is not a six-digit region code` });
    }
    if (names === undefined || names.has(id)) continue;
    const suggestion = suggest(id, names.keys());
    problems.push({
      ...place,
      message: `${type}::"${id}" does not exist`,
      ...(suggestion === undefined ? {} : { suggestion: `${type}::"${suggestion}"` }),
    });
  }
  const { resource } = policy.policy;
  if (resource.op !== '==' && resource.op !== 'in') {
    problems.push({ ...place, message: 'a policy names its resource: == Field, in RecordType or in Source' });
  } else if (ownerOf(resource.entity, catalogue) !== source) {
    problems.push({ ...place, message: `a policy of ${source}.cedar speaks only of the source "${source}"` });
  }
  return problems;
}

function ownerOf(entity: EntityRef, catalogue: Catalogue): string | undefined {
  if (entity.type === 'Source') return entity.id;
  return catalogue.records.get(entity.id.split('.')[0]!)?.source;
}

function entitiesOf(policy: PolicyJson): EntityRef[] {
  const found: EntityRef[] = [];
  for (const scope of [policy.principal, policy.resource]) {
    if (scope.op === '==' || scope.op === 'in') found.push(scope.entity);
    if (scope.op === 'is' && scope.in !== undefined) found.push(scope.in.entity);
  }
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (typeof node === 'object' && node !== null) {
      const reference = (node as { __entity?: EntityRef }).__entity;
      if (reference !== undefined) found.push(reference);
      else Object.values(node).forEach(walk);
    }
  };
  policy.conditions.forEach(({ body }: { body: Expression }) => walk(body));
  return found;
}
