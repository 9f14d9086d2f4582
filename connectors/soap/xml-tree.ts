// A document as a tree, for files of ours (WSDL, XML Schema) that are read once at start-up. Answers are never read
// so: see read-answer.ts.
import { type XmlName, XmlProblem, readXml } from './xml.ts';

export interface XmlNode extends XmlName {
  /** Attributes without a namespace. */
  attribute(local: string): string | undefined;
  /**
   * What a QName in one of its attributes stands for; undefined where the attribute is absent.
   * @throws XmlProblem for a prefix that stands for nothing
   */
  qname(local: string): XmlName | undefined;
  readonly children: readonly XmlNode[];
}

/** @throws XmlProblem */
export function readXmlTree(document: string): XmlNode {
  let root: XmlNode | undefined;
  const path: { readonly node: XmlNode; readonly children: XmlNode[] }[] = [];
  readXml(document, {
    open: (element) => {
      const children: XmlNode[] = [];
      const texts = new Map<string, string | undefined>();
      const names = new Map<string, XmlName | undefined>();
      // The parser forgets a scope when its element ends, so names are resolved as they come.
      for (const local of ATTRIBUTES) texts.set(local, element.attribute(local));
      for (const local of QNAMES) {
        const text = element.attribute(local)?.trim();
        if (text !== undefined)
          names.set(
            local,
            resolved(text, (prefix) => element.resolve(prefix)),
          );
      }
      const node: XmlNode = {
        uri: element.uri,
        local: element.local,
        attribute: (local) => texts.get(local),
        qname: (local) => {
          const name = names.get(local);
          if (name === undefined && names.has(local))
            throw new XmlProblem('a prefix that stands for nothing');
          return name;
        },
        children,
      };
      if (path.length === 0) root = node;
      else path.at(-1)!.children.push(node);
      path.push({ node, children });
    },
    text: () => undefined,
    close: () => void path.pop(),
  });
  return root!;
}

/** The attributes of WSDL and XML Schema that are read here. */
const QNAMES = ['binding', 'type', 'message', 'element', 'ref', 'base'] as const;
const ATTRIBUTES = [
  ...['name', 'targetNamespace', 'elementFormDefault', 'attributeFormDefault', 'form'],
  ...['minOccurs', 'maxOccurs', 'nillable', 'use', 'style', 'soapAction', 'parts', 'location'],
  ...['schemaLocation', 'namespace', 'processContents', 'abstract'],
] as const;

function resolved(text: string, resolve: (prefix: string) => string | undefined): XmlName | undefined {
  const colon = text.indexOf(':');
  const prefix = colon === -1 ? '' : text.slice(0, colon);
  const uri = resolve(prefix) ?? (prefix === '' ? '' : undefined);
  return uri === undefined ? undefined : { uri, local: text.slice(colon + 1) };
}

/** Children of a name. */
export function childrenOf(node: XmlNode, uri: string, local: string): readonly XmlNode[] {
  return node.children.filter((child) => child.uri === uri && child.local === local);
}
