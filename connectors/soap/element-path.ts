// Finds what a manifest's path names in a message as the WSDL declares it. A path that leads nowhere is a problem of
// the manifest, found at start-up.
import { suggest } from '../../schema/suggest.ts';
import { WsdlProblem } from './wsdl.ts';
import type { AttributeUse, ElementUse } from './xml-schema.ts';

/** The elements below the message's own, outermost first, and the attribute at the end where the path names one. */
export interface ElementPath {
  readonly steps: readonly ElementUse[];
  readonly attribute: AttributeUse | undefined;
}

/** @throws WsdlProblem */
export function findPath(from: ElementUse, path: string): ElementPath {
  const steps: ElementUse[] = [];
  let at = from;
  for (const part of path === '.' ? [] : path.split('/')) {
    const { elements, attributes } = at.content();
    if (part.startsWith('@')) {
      const attribute = attributes.find(({ local }) => local === part.slice(1));
      if (attribute !== undefined) return { steps, attribute };
      const names = attributes.map(({ local }) => `@${local}`);
      throw new WsdlProblem(`${at.local} has no attribute ${part}`, suggest(part, names));
    }
    const next = elements.find(({ local }) => local === part);
    if (next === undefined) {
      const names = elements.map(({ local }) => local);
      throw new WsdlProblem(`${at.local} has no element ${part} in the WSDL`, suggest(part, names));
    }
    steps.push(next);
    at = next;
  }
  return { steps, attribute: undefined };
}

/** Whether what the path names is there wherever the element it starts from is. */
export function isRequired({ steps, attribute }: ElementPath): boolean {
  return steps.every((step) => step.required) && (attribute?.required ?? true);
}
