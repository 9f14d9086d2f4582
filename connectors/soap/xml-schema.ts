// What an XML Schema says of elements: their children in order, which may be absent, which repeat. Types of values are
// left to the manifest's transforms.
import type { XmlName } from './xml.ts';
import { type XmlNode, childrenOf } from './xml-tree.ts';

export const XS = 'http://www.w3.org/2001/XMLSchema';

/** An element where it stands. */
export interface ElementUse extends XmlName {
  /** It is there at least once wherever its parent is. */
  readonly required: boolean;
  readonly repeats: boolean;
  readonly content: () => Content;
}

export interface Content {
  /** In the order in which they are to be written. */
  readonly elements: readonly ElementUse[];
  readonly attributes: readonly AttributeUse[];
  /** Elements that are not listed may occur, too (xs:any). */
  readonly open: boolean;
}

export interface AttributeUse extends XmlName {
  readonly required: boolean;
}

export interface SchemaSet {
  /** A global element; undefined where no schema declares it. */
  element(name: XmlName): ElementUse | undefined;
}

interface Schema {
  readonly node: XmlNode;
  readonly namespace: string;
}

/** A definition and the schema it stands in, which decides the namespace of its elements. */
interface Place {
  readonly node: XmlNode;
  readonly schema: Schema;
}

interface Occurs {
  readonly required: boolean;
  readonly repeats: boolean;
}

const ONCE: Occurs = { required: true, repeats: false };
const NO_CONTENT: Content = { elements: [], attributes: [], open: false };

/** Types that extend each other deeper than this are a mistake, or a circle. */
const DEEPEST_BASE = 32;

export function collectSchemas(schemas: readonly Schema[]): SchemaSet {
  const globals = new Map<string, Place>();
  for (const schema of schemas) {
    for (const node of schema.node.children) {
      const key = `${node.local} {${schema.namespace}}${node.attribute('name')}`;
      if (node.uri === XS && !globals.has(key)) globals.set(key, { node, schema });
    }
  }
  /** Inside an included schema without a namespace of its own, names without one are those of whoever includes it. */
  const find = (kind: string, name: XmlName | undefined, from?: Schema): Place | undefined =>
    name &&
    (globals.get(`${kind} {${name.uri}}${name.local}`) ??
      (name.uri === '' && from ? globals.get(`${kind} {${from.namespace}}${name.local}`) : undefined));

  const elementUse = ({ node, schema }: Place, name: XmlName, occurs: Occurs): ElementUse => {
    let content: Content | undefined;
    return {
      ...name,
      ...occurs,
      content: () => (content ??= contentOfElement({ node, schema })),
    };
  };

  const contentOfElement = ({ node, schema }: Place): Content => {
    const inline = childrenOf(node, XS, 'complexType')[0];
    if (inline !== undefined) return contentOfType({ node: inline, schema }, 0);
    const type = find('complexType', node.qname('type'), schema);
    return type === undefined ? NO_CONTENT : contentOfType(type, 0);
  };

  const contentOfType = ({ node, schema }: Place, depth: number): Content => {
    if (depth > DEEPEST_BASE) return NO_CONTENT;
    const elements: ElementUse[] = [];
    const attributes: AttributeUse[] = [];
    let open = false;
    const take = (content: Content): void => {
      elements.push(...content.elements);
      attributes.push(...content.attributes);
      open ||= content.open;
    };
    for (const child of node.children) {
      if (child.uri !== XS) continue;
      if (child.local === 'complexContent' || child.local === 'simpleContent') {
        for (const derived of child.children) {
          if (derived.local === 'extension') {
            const base = find('complexType', derived.qname('base'), schema);
            if (base !== undefined) take(contentOfType(base, depth + 1));
          }
          if (derived.local === 'extension' || derived.local === 'restriction') {
            take(contentOfType({ node: derived, schema }, depth + 1));
          }
        }
      } else if (child.local === 'attribute') attributes.push(...attributeUse(child, schema));
      else if (child.local === 'attributeGroup') {
        const group = find('attributeGroup', child.qname('ref'), schema);
        if (group !== undefined) take(contentOfType(group, depth + 1));
      } else take(contentOfParticle({ node: child, schema }, ONCE, depth + 1));
    }
    return { elements, attributes, open };
  };

  const contentOfParticle = ({ node, schema }: Place, around: Occurs, depth: number): Content => {
    if (depth > DEEPEST_BASE || node.uri !== XS) return NO_CONTENT;
    const occurs = occursOf(node, around);
    switch (node.local) {
      case 'any':
        return { ...NO_CONTENT, open: true };
      case 'element': {
        const referred = node.qname('ref');
        const target = referred === undefined ? { node, schema } : find('element', referred, schema);
        if (target === undefined) return NO_CONTENT;
        const name = referred ?? localName(node, schema, 'elementFormDefault');
        return { ...NO_CONTENT, elements: [elementUse(target, name, occurs)] };
      }
      case 'group': {
        const group = find('group', node.qname('ref'), schema);
        if (group === undefined) return NO_CONTENT;
        const parts = group.node.children.map((child) =>
          contentOfParticle({ node: child, schema: group.schema }, occurs, depth + 1),
        );
        return merged(parts);
      }
      case 'sequence':
      case 'all':
      case 'choice': {
        const inside = node.local === 'choice' ? { ...occurs, required: false } : occurs;
        return merged(
          node.children.map((child) => contentOfParticle({ node: child, schema }, inside, depth + 1)),
        );
      }
      default:
        return NO_CONTENT;
    }
  };

  return {
    element: (name) => {
      const place = find('element', name);
      return place && elementUse(place, name, ONCE);
    },
  };
}

function occursOf(node: XmlNode, around: Occurs): Occurs {
  const most = node.attribute('maxOccurs') ?? '1';
  return {
    required: around.required && node.attribute('minOccurs') !== '0',
    repeats: around.repeats || (most !== '0' && most !== '1'),
  };
}

function merged(parts: readonly Content[]): Content {
  return {
    elements: parts.flatMap((part) => part.elements),
    attributes: parts.flatMap((part) => part.attributes),
    open: parts.some((part) => part.open),
  };
}

/** A local declaration is in the namespace of its schema only where the schema, or it itself, says so. */
function localName(
  node: XmlNode,
  { node: schema, namespace }: Schema,
  defaulted: 'elementFormDefault' | 'attributeFormDefault',
): XmlName {
  const form = node.attribute('form') ?? schema.attribute(defaulted) ?? 'unqualified';
  return { uri: form === 'qualified' ? namespace : '', local: node.attribute('name') ?? '' };
}

function attributeUse(node: XmlNode, schema: Schema): readonly AttributeUse[] {
  const name = node.qname('ref') ?? localName(node, schema, 'attributeFormDefault');
  return [{ ...name, required: node.attribute('use') === 'required' }];
}
