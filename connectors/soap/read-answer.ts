// Reads a SOAP answer as it streams through the parser and hands over records, made of the columns that were asked for
// and nothing else. Whatever could make "not understood" look like "no records" is an invalid answer.
import { SourceError } from '../source-error.ts';
import {
  type AnswerShape,
  AS_OF,
  FAULT_CODE,
  FAULT_SUBCODE,
  OK,
  type ShapeNode,
  type Target,
  keyOf,
} from './answer-shape.ts';
import { type XmlElement, XmlProblem, readXml } from './xml.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

export type Answered =
  | { readonly kind: 'answer'; readonly asOf: unknown; readonly ok: unknown }
  /** Codes without their prefixes, as the source wrote them: not for a log. */
  | { readonly kind: 'fault'; readonly code: unknown; readonly subcode: unknown };

/** Values of a record by column: text, several texts, null (nil), or something that is no single value. */
export type ReceiveRecord = (values: ReadonlyMap<string, unknown>) => void;

/** An element with elements in it where a value was expected. Transforms refuse it. */
const NO_VALUE = Object.freeze({});

interface Frame {
  /** Undefined: nothing below is of interest. */
  readonly node: ShapeNode | undefined;
  readonly seen: Set<string>;
  text: string;
  nested: boolean;
  readonly nil: boolean;
}

/** @throws SourceError SOURCE_INVALID_ANSWER */
export function readAnswer(document: string, shape: AnswerShape, receive: ReceiveRecord): Answered {
  const frames: Frame[] = [];
  const message = new Map<string, unknown>();
  let record: Map<string, unknown> | undefined;
  let body: 'answer' | 'fault' | undefined;
  let inBody = false;
  let bodySeen = false;

  /** Envelope, its parts, and the one element of the body; below them the shape decides. */
  const enterFrame = (element: XmlElement): ShapeNode | undefined => {
    if (frames.length === 0) {
      if (element.local !== 'Envelope') throw invalid('no SOAP envelope');
      if (element.uri !== shape.envelope) throw invalid('an envelope of another SOAP version');
      return undefined;
    }
    if (frames.length === 1) {
      inBody = element.uri === shape.envelope && element.local === 'Body';
      if (inBody && bodySeen) throw invalid('two bodies');
      bodySeen ||= inBody;
      return undefined;
    }
    if (!inBody) {
      if (frames.length === 2) refuseDemand(element, shape.envelope);
      return undefined;
    }
    if (frames.length > 2) return childOf(frames.at(-1)!.node, element);
    if (body !== undefined) throw invalid('more than one element in the body');
    if (element.uri === shape.envelope && element.local === 'Fault') {
      body = 'fault';
      return shape.fault;
    }
    if (keyOf(element) !== keyOf(shape.message)) throw invalid('the body is not what the WSDL says');
    body = 'answer';
    return shape.root;
  };

  const put = ({ of, name }: Target, value: unknown): void => {
    const values = of === 'record' ? record! : message;
    const before = values.get(name);
    if (!values.has(name)) values.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else values.set(name, [before, value]);
  };

  const open = (element: XmlElement): void => {
    const parent = frames.at(-1);
    if (parent !== undefined) parent.nested = true;
    const node = enterFrame(element);
    if (parent !== undefined && node !== undefined) parent.seen.add(keyOf(element));
    const nil = /^(?:true|1)$/.test(element.attribute('nil', XSI)?.trim() ?? '');
    frames.push({ node, seen: new Set(), text: '', nested: false, nil });
    if (node?.role === 'record') record = new Map();
    for (const target of node?.targets ?? []) {
      const { attribute } = target;
      const value = attribute && element.attribute(attribute.local, attribute.uri);
      if (value !== undefined) put(target, value);
    }
  };

  const close = (): void => {
    const { node, seen, text, nested, nil } = frames.pop()!;
    if (node === undefined) return;
    for (const target of node.targets) {
      if (target.attribute === undefined) put(target, nil ? null : nested ? NO_VALUE : text);
    }
    for (const key of node.demanded) {
      if (!seen.has(key)) throw invalid('something the WSDL demands is not there');
    }
    if (node.role === 'record') {
      receive(record!);
      record = undefined;
    }
  };

  const text = (part: string): void => {
    const frame = frames.at(-1);
    if (frame?.node !== undefined && frame.node.targets.length > 0) frame.text += part;
  };

  try {
    readXml(document, { open, text, close });
  } catch (error) {
    if (error instanceof XmlProblem) throw invalid(error.message);
    throw error;
  }
  switch (body) {
    case 'answer':
      return { kind: 'answer', asOf: message.get(AS_OF), ok: message.get(OK) };
    case 'fault':
      return {
        kind: 'fault',
        code: localOf(message.get(FAULT_CODE)),
        subcode: localOf(message.get(FAULT_SUBCODE)),
      };
    case undefined:
      throw invalid('nothing in the body');
  }
}

function childOf(node: ShapeNode | undefined, element: XmlElement): ShapeNode | undefined {
  if (node === undefined) return undefined;
  const child = node.children.get(keyOf(element));
  if (child !== undefined) return child;
  const namespaces = node.known.get(element.local);
  if (namespaces !== undefined && !namespaces.includes(element.uri)) {
    throw invalid('an element in another namespace than the WSDL says');
  }
  // Beside the records or above them, an element nobody knows may be the records under another name.
  if (node.role === 'way' && namespaces === undefined && !node.open) {
    throw invalid('an element the WSDL does not know');
  }
  return undefined;
}

/** A header that must be understood, and is not. That of WS-Security only says when the answer was made. */
function refuseDemand(header: XmlElement, envelope: string): void {
  if (header.uri === WSSE && header.local === 'Security') return;
  const must = header.attribute('mustUnderstand', envelope)?.trim();
  if (must === '1' || must === 'true') throw invalid('a header that must be understood and is not');
}

function localOf(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().replace(/^[^:]*:/, '') : value;
}

function invalid(detail: string): SourceError {
  return new SourceError('SOURCE_INVALID_ANSWER', detail);
}
