// What an answer must look like, from the WSDL and a manifest's paths: the way to the records, and in a record the
// columns that were asked for. All other content has no place here, so it cannot be handed on.
import { type ElementPath, findPath, isRequired } from './element-path.ts';
import { ENVELOPES } from './request.ts';
import type { SoapVersion } from './wsdl.ts';
import type { ElementUse } from './xml-schema.ts';
import type { XmlName } from './xml.ts';

/** Something that is read: the text of an element or of an attribute. */
export interface Target {
  /** A column of a record, or something that is said of the whole answer. */
  readonly of: 'record' | 'message';
  readonly name: string;
  readonly attribute?: XmlName;
}

export interface ShapeNode {
  /** way: leads to the records; record: one of them; part: inside a record. */
  readonly role: 'way' | 'record' | 'part';
  readonly children: ReadonlyMap<string, ShapeNode>;
  /** Texts that are read here. */
  readonly targets: readonly Target[];
  /** Local name → namespaces in which the WSDL knows it here. */
  readonly known: ReadonlyMap<string, readonly string[]>;
  /** Elements the WSDL does not list may occur. */
  readonly open: boolean;
  /** Children on the way that must occur. */
  readonly demanded: readonly string[];
}

export interface AnswerShape {
  readonly envelope: string;
  readonly message: XmlName;
  readonly root: ShapeNode;
  readonly fault: ShapeNode;
  /** Columns that the WSDL has in every record: one that lacks it was left out. */
  readonly required: ReadonlySet<string>;
}

/** Where in the answer's message things are. */
export interface AnswerPlaces {
  readonly items: string;
  readonly asOf: string | undefined;
  readonly okAt: string | undefined;
}

export const keyOf = ({ uri, local }: XmlName): string => `{${uri}}${local}`;

/** What is said of the whole answer. */
export const AS_OF = 'asOf';
export const OK = 'ok';

interface Growing {
  role: ShapeNode['role'];
  readonly children: Map<string, Growing>;
  readonly targets: Target[];
  known: ReadonlyMap<string, readonly string[]>;
  open: boolean;
  readonly demanded: string[];
}

/**
 * @param columns names of columns, which are paths below an item
 * @throws WsdlProblem that names the path which leads nowhere
 */
export function shapeAnswer(
  version: SoapVersion,
  message: ElementUse,
  places: AnswerPlaces,
  columns: readonly string[],
): AnswerShape {
  const root = nodeFor(message, 'way');
  const items = findPath(message, places.items);
  const record = growAlong(root, items, 'way');
  record.role = 'record';
  for (const [name, path] of [
    [AS_OF, places.asOf],
    [OK, places.okAt],
  ] as const) {
    if (path !== undefined) addTarget(root, findPath(message, path), 'way', { of: 'message', name });
  }
  const required = new Set<string>();
  const item = items.steps.at(-1) ?? message;
  for (const column of columns) {
    const path = findPath(item, column);
    addTarget(record, path, 'part', { of: 'record', name: column });
    if (isRequired(path)) required.add(column);
  }
  return { envelope: ENVELOPES[version], message, root, fault: faultShape(version), required };
}

function addTarget(from: Growing, path: ElementPath, role: ShapeNode['role'], target: Target): void {
  const { attribute } = path;
  growAlong(from, path, role).targets.push(attribute === undefined ? target : { ...target, attribute });
}

function growAlong(from: Growing, { steps }: ElementPath, role: ShapeNode['role']): Growing {
  let at = from;
  for (const step of steps) {
    const key = keyOf(step);
    let next = at.children.get(key);
    if (next === undefined) {
      next = nodeFor(step, role);
      at.children.set(key, next);
      if (role === 'way' && step.required) at.demanded.push(key);
    }
    at = next;
  }
  return at;
}

function nodeFor(element: ElementUse, role: ShapeNode['role']): Growing {
  const { elements, open } = element.content();
  const known = new Map<string, string[]>();
  for (const { uri, local } of elements) known.set(local, [...(known.get(local) ?? []), uri]);
  return { role, children: new Map(), targets: [], known, open, demanded: [] };
}

/** Names of a fault's code and subcode; its texts are not read at all. */
export const FAULT_CODE = 'code';
export const FAULT_SUBCODE = 'subcode';

function faultShape(version: SoapVersion): ShapeNode {
  const node = (children: Readonly<Record<string, ShapeNode>>, name?: string): ShapeNode => ({
    role: 'way',
    children: new Map(Object.entries(children)),
    targets: name === undefined ? [] : [{ of: 'message', name }],
    known: new Map(),
    open: true,
    demanded: [],
  });
  if (version === '1.1') return node({ '{}faultcode': node({}, FAULT_CODE) });
  const inner = (local: string): string => keyOf({ uri: ENVELOPES['1.2'], local });
  return node({
    [inner('Code')]: node({
      [inner('Value')]: node({}, FAULT_CODE),
      [inner('Subcode')]: node({ [inner('Value')]: node({}, FAULT_SUBCODE) }),
    }),
  });
}
