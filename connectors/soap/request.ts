// Writes the request of an operation: the elements the WSDL declares, in its order and namespaces, with the values a
// manifest has a place for. What the WSDL demands and nobody supplies is found at start-up.
import { findPath } from './element-path.ts';
import { WsdlProblem, type SoapVersion } from './wsdl.ts';
import type { ElementUse } from './xml-schema.ts';
import { escapeXml } from './xml.ts';

export const ENVELOPES: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};

/** An element of a request that is written always, or where one of its paths has values. */
interface RequestElement {
  readonly tag: string;
  readonly path: string;
  readonly required: boolean;
  readonly attributes: readonly { readonly name: string; readonly path: string }[];
  readonly children: readonly RequestElement[];
  /** Undefined: it holds elements, not text. */
  readonly holdsText: boolean;
}

export interface RequestTemplate {
  readonly version: SoapVersion;
  readonly root: RequestElement;
  /** Declarations of the prefixes in its tags. */
  readonly namespaces: string;
}

/** Where values may go: how many of them at once, and whether they may be absent from a call. */
export interface RequestPlace {
  readonly path: string;
  readonly many: boolean;
  readonly optional: boolean;
}

/** Required elements inside each other; a type that demands itself would never end. */
const DEEPEST_REQUIRED = 32;

/** @throws WsdlProblem that names the path which does not fit */
export function planRequest(
  version: SoapVersion,
  message: ElementUse,
  places: readonly RequestPlace[],
): RequestTemplate {
  for (const place of places) checkPlace(message, place);
  const paths = new Set(places.map(({ path }) => path));
  const prefixes = new Map<string, string>();
  const tagOf = ({ uri, local }: { readonly uri: string; readonly local: string }): string => {
    if (uri === '') return local;
    const prefix = prefixes.get(uri) ?? `m${prefixes.size}`;
    prefixes.set(uri, prefix);
    return `${prefix}:${local}`;
  };
  const plan = (element: ElementUse, path: string, depth: number): RequestElement => {
    if (depth > DEEPEST_REQUIRED) throw new WsdlProblem(`the WSDL demands ${element.local} without end`);
    const inside = (name: string): string => (path === '.' ? name : `${path}/${name}`);
    const holdsText = paths.has(path);
    const { elements, attributes } = element.content();
    const children = elements.flatMap((child) => {
      const at = inside(child.local);
      const named = paths.has(at) || [...paths].some((one) => one.startsWith(`${at}/`));
      return named || (child.required && !holdsText) ? [plan(child, at, depth + 1)] : [];
    });
    const given = attributes.filter(({ local, required }) => required || paths.has(inside(`@${local}`)));
    for (const { local } of given) {
      if (!paths.has(inside(`@${local}`))) throw needed(inside(`@${local}`));
    }
    // Without anything inside it would be a value; one that is demanded and not supplied is a gap.
    if (!holdsText && elements.length === 0 && path !== '.') throw needed(path);
    return {
      tag: tagOf(element),
      path,
      required: element.required,
      attributes: given.map((one) => ({ name: tagOf(one), path: inside(`@${one.local}`) })),
      children,
      holdsText,
    };
  };
  const root = plan(message, '.', 0);
  const namespaces = [...prefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${escapeXml(uri)}"`).join('');
  return { version, root, namespaces };
}

/**
 * Whether a place fits the message; what else the message needs is not asked here.
 * @throws WsdlProblem
 */
export function checkPlace(message: ElementUse, { path, many, optional }: RequestPlace): true {
  const { steps, attribute } = findPath(message, path);
  const last = steps.at(-1);
  if (many && (attribute !== undefined || last?.repeats !== true)) {
    throw new WsdlProblem(`${path} does not repeat in the WSDL: one value a call (max: 1)`);
  }
  const needs = attribute === undefined ? (last ?? message) : attribute;
  if (optional && needs.required) throw new WsdlProblem(`${path} may not be left out by the WSDL`);
  if (attribute === undefined && (last ?? message).content().elements.length > 0) {
    throw new WsdlProblem(`${path} holds elements in the WSDL, not a value`);
  }
  return true;
}

function needed(path: string): WsdlProblem {
  return new WsdlProblem(`the WSDL demands ${path}: give it a value under constants`);
}

/**
 * The whole envelope. `header` is XML of ours.
 * @param values by path; a path without values is left out
 */
export function writeRequest(
  { version, root, namespaces }: RequestTemplate,
  values: ReadonlyMap<string, readonly string[]>,
  header: string,
): string {
  const body = writeElement(root, values);
  const head = header === '' ? '' : `<soap:Header>${header}</soap:Header>`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<soap:Envelope xmlns:soap="${ENVELOPES[version]}"${namespaces}>${head}` +
    `<soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

function writeElement(element: RequestElement, values: ReadonlyMap<string, readonly string[]>): string {
  const { tag, path, attributes, children, required } = element;
  const written = attributes
    .flatMap(
      ({ name, path: at }) =>
        values
          .get(at)
          ?.slice(0, 1)
          .map((value) => ` ${name}="${escapeXml(value)}"`) ?? [],
    )
    .join('');
  if (element.holdsText) {
    const texts = values.get(path) ?? [];
    return texts.map((text) => `<${tag}${written}>${escapeXml(text)}</${tag}>`).join('');
  }
  const inside = children.map((child) => writeElement(child, values)).join('');
  if (inside === '' && written === '' && !required) return '';
  return `<${tag}${written}>${inside}</${tag}>`;
}
