// Reads a stored WSDL with what it imports, all from the folder of the manifests: nothing is ever fetched. Finds in it
// how one operation is called.
import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { suggest } from '../../schema/suggest.ts';
import { type SchemaSet, XS, collectSchemas } from './xml-schema.ts';
import { type XmlName, XmlProblem } from './xml.ts';
import { type XmlNode, childrenOf, readXmlTree } from './xml-tree.ts';

const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const BINDINGS = {
  '1.1': 'http://schemas.xmlsoap.org/wsdl/soap/',
  '1.2': 'http://schemas.xmlsoap.org/wsdl/soap12/',
} as const;

export type SoapVersion = keyof typeof BINDINGS;

/** What is wrong with a WSDL or with what a manifest says of it; the message may be shown to a steward. */
export class WsdlProblem extends Error {
  override readonly name = 'WsdlProblem';
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}

export interface Wsdl {
  readonly schemas: SchemaSet;
  readonly definitions: readonly XmlNode[];
}

/** How an operation is called: its envelope, its action, and the one element of each body. */
export interface WsdlOperation {
  readonly name: string;
  readonly version: SoapVersion;
  readonly action: string;
  readonly input: XmlName;
  readonly output: XmlName;
}

const MOST_FILES = 50;
const MOST_BYTES = 8_000_000;

/**
 * @param folder nothing outside it is read
 * @throws WsdlProblem
 */
export function readWsdl(folder: string, name: string): Wsdl {
  const definitions: XmlNode[] = [];
  const schemas: { readonly node: XmlNode; readonly namespace: string }[] = [];
  const done = new Set<string>();
  let bytes = 0;

  const read = (path: string): XmlNode => {
    const shown = relative(folder, path);
    if (shown.startsWith(`..${sep}`) || shown === '..') throw new WsdlProblem(`${shown}: outside ${folder}`);
    if (done.size >= MOST_FILES) throw new WsdlProblem(`more than ${MOST_FILES} files`);
    let text: string;
    try {
      bytes += statSync(path).size;
      if (bytes > MOST_BYTES) throw new WsdlProblem(`more than ${MOST_BYTES / 1e6} MB`);
      text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    } catch (error) {
      if (error instanceof WsdlProblem) throw error;
      const cause = error instanceof TypeError ? 'is not in UTF-8' : 'cannot be read';
      throw new WsdlProblem(`${shown}: ${cause}`);
    }
    try {
      return readXmlTree(text);
    } catch (error) {
      if (error instanceof XmlProblem) throw new WsdlProblem(`${shown}: ${error.message}`);
      throw error;
    }
  };

  const takeSchema = (node: XmlNode, from: string, including: string | undefined): void => {
    const own = node.attribute('targetNamespace');
    // An included schema without a namespace takes that of whoever includes it.
    const namespace = own ?? including ?? '';
    schemas.push({ node, namespace });
    for (const kind of ['import', 'include'] as const) {
      for (const link of childrenOf(node, XS, kind)) {
        const location = link.attribute('schemaLocation');
        if (location === undefined) continue;
        const path = localPath(from, location);
        const key = `${path} ${kind === 'include' ? namespace : ''}`;
        if (done.has(key)) continue;
        done.add(key);
        takeSchema(read(path), path, kind === 'include' ? namespace : undefined);
      }
    }
  };

  const takeFile = (path: string): void => {
    if (done.has(path)) return;
    done.add(path);
    const root = read(path);
    if (root.uri === XS && root.local === 'schema') return takeSchema(root, path, undefined);
    if (root.uri !== WSDL || root.local !== 'definitions') {
      throw new WsdlProblem(`${relative(folder, path)}: not a WSDL 1.1 document`);
    }
    definitions.push(root);
    for (const types of childrenOf(root, WSDL, 'types')) {
      for (const schema of childrenOf(types, XS, 'schema')) takeSchema(schema, path, undefined);
    }
    for (const link of childrenOf(root, WSDL, 'import')) {
      const location = link.attribute('location');
      if (location !== undefined) takeFile(localPath(path, location));
    }
  };

  takeFile(resolve(folder, name));
  return { schemas: collectSchemas(schemas), definitions };
}

function localPath(from: string, location: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location) || location.startsWith('//')) {
    throw new WsdlProblem(
      'imports from an address: store the file beside the WSDL and import it by its name',
    );
  }
  return resolve(dirname(from), location);
}

/** @throws WsdlProblem */
export function findOperation(wsdl: Wsdl, service: string, port: string, operation: string): WsdlOperation {
  const services = partsOf(wsdl, 'service');
  const ports = childrenOf(named(services, service, 'service'), WSDL, 'port');
  const binding = linked(wsdl, 'binding', named(ports, port, 'port').qname('binding'));
  const version = (['1.1', '1.2'] as const).find((one) => childrenOf(binding, BINDINGS[one], 'binding')[0]);
  if (version === undefined) throw new WsdlProblem(`port ${port} is not bound to SOAP 1.1 or 1.2`);
  const uri = BINDINGS[version];
  const portType = linked(wsdl, 'portType', binding.qname('type'));
  const abstract = named(childrenOf(portType, WSDL, 'operation'), operation, 'operation');
  const bound = named(childrenOf(binding, WSDL, 'operation'), operation, 'operation');
  const soap = childrenOf(bound, uri, 'operation')[0];
  const style =
    soap?.attribute('style') ?? childrenOf(binding, uri, 'binding')[0]?.attribute('style') ?? 'document';
  if (style !== 'document') throw new WsdlProblem(`operation ${operation} is ${style}, not document/literal`);
  const action = soap?.attribute('soapAction') ?? '';
  if (!/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(action))
    throw new WsdlProblem(`soapAction of ${operation} is no URI`);

  const element = (direction: 'input' | 'output'): XmlName => {
    const [message] = childrenOf(abstract, WSDL, direction);
    if (message === undefined) throw new WsdlProblem(`operation ${operation} has no ${direction}`);
    const body = childrenOf(bound, WSDL, direction).flatMap((part) => childrenOf(part, uri, 'body'))[0];
    const use = body?.attribute('use') ?? 'literal';
    if (use !== 'literal') throw new WsdlProblem(`operation ${operation} is ${use}, not document/literal`);
    const listed = body?.attribute('parts')?.split(/\s+/);
    const parts = childrenOf(linked(wsdl, 'message', message.qname('message')), WSDL, 'part').filter(
      (part) => listed === undefined || listed.includes(part.attribute('name') ?? ''),
    );
    const name = parts[0]?.qname('element');
    if (parts.length !== 1 || name === undefined) {
      throw new WsdlProblem(`the ${direction} of ${operation} is not one part with an element`);
    }
    return name;
  };
  return { name: operation, version, action, input: element('input'), output: element('output') };
}

function partsOf(wsdl: Wsdl, kind: string): readonly XmlNode[] {
  return wsdl.definitions.flatMap((definitions) => childrenOf(definitions, WSDL, kind));
}

function named(nodes: readonly XmlNode[], name: string, kind: string): XmlNode {
  const found = nodes.find((node) => node.attribute('name') === name);
  if (found !== undefined) return found;
  const names = nodes.map((node) => node.attribute('name') ?? '');
  throw new WsdlProblem(`the WSDL has no ${kind} ${name}; it has ${names.join(', ')}`, suggest(name, names));
}

/** A part of the WSDL by the QName that refers to it. */
function linked(wsdl: Wsdl, kind: string, name: XmlName | undefined): XmlNode {
  for (const definitions of wsdl.definitions) {
    if (name === undefined || (definitions.attribute('targetNamespace') ?? '') !== name.uri) continue;
    const found = childrenOf(definitions, WSDL, kind).find((node) => node.attribute('name') === name.local);
    if (found !== undefined) return found;
  }
  throw new WsdlProblem(`the WSDL has no ${kind} ${name?.local ?? ''}`.trimEnd());
}
