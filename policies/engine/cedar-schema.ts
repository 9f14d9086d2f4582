// The Cedar schemas that policies are validated against, generated from the SDL catalogue and the purposes.
import { type Catalogue, deedsType, ownSource } from '../../schema/catalogue.ts';
import { type AttributeType, attributeTypeOf, rowAttributes } from './row-values.ts';

type CedarType =
  | { readonly type: 'String' | 'Long' | 'Boolean'; readonly required?: boolean }
  | { readonly type: 'Extension' | 'Entity'; readonly name: string; readonly required?: boolean }
  | { readonly type: 'Set'; readonly element: CedarType; readonly required?: boolean }
  | {
      readonly type: 'Record';
      readonly attributes: Readonly<Record<string, CedarType>>;
      readonly required?: boolean;
    };

/** JSON form of a Cedar schema, one unnamed namespace. */
export type CedarSchema = Readonly<
  Record<'', { readonly entityTypes: Record<string, unknown>; readonly actions: Record<string, unknown> }>
>;

/**
 * Actions of the access policies. `derive`: facts may feed a verdict without being shown. `perform`: a deed may be
 * done; whoever may read everything of a source may do nothing by that.
 */
export const accessActions = ['read', 'readMasked', 'derive', 'perform'] as const;
export type AccessAction = (typeof accessActions)[number];

/** What it takes to have a field whole: to read it or, where it is a deed, to perform it. */
export function wholeAction(record: string): AccessAction {
  return record === deedsType ? 'perform' : 'read';
}

/** Schema for policies/access. */
export function accessSchema(catalogue: Catalogue, purposes: readonly string[]): CedarSchema {
  const row: Record<string, CedarType> = {};
  for (const [name, type] of rowAttributes(catalogue)) row[name] = { ...cedarType(type), required: false };
  const context: CedarType = {
    type: 'Record',
    attributes: {
      purpose: { type: 'Entity', name: 'Purpose' },
      caseGiven: { type: 'Boolean' },
      userGiven: { type: 'Boolean' },
      today: { type: 'Extension', name: 'datetime' },
      row: { type: 'Record', attributes: row },
    },
  };
  const action = { appliesTo: { principalTypes: ['Consumer'], resourceTypes: ['Field'], context } };
  return {
    '': {
      entityTypes: {
        Role: { memberOfTypes: ['Role'] },
        Region: { memberOfTypes: ['Region'] },
        Purpose: { enum: purposes.length > 0 ? [...purposes] : ['none'] },
        Consumer: {
          memberOfTypes: ['Role'],
          shape: {
            type: 'Record',
            attributes: {
              agency: { type: 'String', required: false },
              region: { type: 'Entity', name: 'Region', required: false },
            },
          },
        },
        Source: {},
        RecordType: { memberOfTypes: ['Source'] },
        Field: {
          memberOfTypes: ['RecordType'],
          shape: {
            type: 'Record',
            attributes: {
              sharing: { type: 'String' },
              level: { type: 'Long' },
              personal: { type: 'Boolean' },
            },
          },
        },
      },
      actions: Object.fromEntries(accessActions.map((name) => [name, action])),
    },
  };
}

/** Schema for policies/eligibility: a scene is an action, every record type an entity with its fields. */
export function eligibilitySchema(catalogue: Catalogue, scenes: readonly string[]): CedarSchema {
  const entityTypes: Record<string, unknown> = { Subject: {}, Region: { memberOfTypes: ['Region'] } };
  const recordTypes: string[] = [];
  for (const record of catalogue.records.values()) {
    if (record.source === ownSource) continue;
    recordTypes.push(record.name);
    const attributes: Record<string, CedarType> = {};
    for (const field of record.fields.values()) {
      attributes[field.name] = { ...cedarType(attributeTypeOf(field)), required: false };
    }
    entityTypes[record.name] = { shape: { type: 'Record', attributes } };
  }
  const context: CedarType = {
    type: 'Record',
    attributes: { today: { type: 'Extension', name: 'datetime' } },
  };
  const appliesTo = { principalTypes: ['Subject'], resourceTypes: recordTypes, context };
  return { '': { entityTypes, actions: Object.fromEntries(scenes.map((scene) => [scene, { appliesTo }])) } };
}

function cedarType(type: AttributeType): CedarType {
  switch (type) {
    case 'datetime':
    case 'decimal':
      return { type: 'Extension', name: type };
    case 'Region':
      return { type: 'Entity', name: 'Region' };
    case 'StringSet':
      return { type: 'Set', element: { type: 'String' } };
    case 'String':
    case 'Long':
    case 'Boolean':
      return { type };
  }
}
