// Looks at a WSDL beside the manifests: the elements of an operation's answer below the path of its items.
import { basename, dirname } from 'node:path';
import { findPath } from '../soap/element-path.ts';
import { findOperation, readWsdl } from '../soap/wsdl.ts';
import { type FoundRecord, IntrospectionProblem } from './found-record.ts';

export interface WsdlPlace {
  readonly wsdl: string;
  readonly service: string;
  readonly port: string;
  readonly operation: string;
  /** Path of the items in the answer, such as data/arrear. */
  readonly items: string;
}

/** @throws IntrospectionProblem, WsdlProblem */
export function introspectWsdl({ wsdl: path, service, port, operation, items }: WsdlPlace): FoundRecord {
  const wsdl = readWsdl(dirname(path), basename(path));
  const { output } = findOperation(wsdl, service, port, operation);
  const answer = wsdl.schemas.element(output);
  if (answer === undefined) throw new IntrospectionProblem(`the answer of ${operation} is not declared`);
  const { steps } = findPath(answer, items);
  const { elements, attributes } = (steps.at(-1) ?? answer).content();
  const names = [...elements.map(({ local }) => local), ...attributes.map(({ local }) => `@${local}`)];
  if (names.length === 0) throw new IntrospectionProblem(`${items} has no elements`);
  return {
    columns: names.map((name) => ({ name, samples: [] })),
    manifest: [],
    top: [
      'soap:',
      `  wsdl: ${basename(path)}`,
      `  service: ${service}`,
      `  port: ${port}`,
      `  operation: ${operation}`,
      '  # TODO: the element that takes the codes, and how many a call takes. 待办：主体代码所在元素及每次数量。',
      '  keys: { at: TODO, max: 1 }',
      `  envelope: { items: ${items} }`,
    ],
  };
}
