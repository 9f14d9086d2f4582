// Reads XML as a stream of named elements and text. What SOAP forbids is refused here, before anything is built: no
// DOCTYPE (hence no entities of its own), no instructions, UTF-8 alone, a bounded depth.
import { SaxesParser, type SaxesTagNS } from 'saxes';

/** What is wrong with a document, in our own words: a parser's would quote it. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';
}

/** A name as XML knows it; `uri` is empty outside every namespace. */
export interface XmlName {
  readonly uri: string;
  readonly local: string;
}

export interface XmlElement extends XmlName {
  /** Value of an attribute; the namespace is empty for one without a prefix. */
  attribute(local: string, uri?: string): string | undefined;
  /** Namespace a prefix stands for here. */
  resolve(prefix: string): string | undefined;
}

export interface XmlHandler {
  open(element: XmlElement): void;
  /** Character data; called several times for one text. */
  text(part: string): void;
  close(): void;
}

/** Elements inside each other. An answer of an agency needs about ten. */
export const DEEPEST = 64;

/**
 * Walks through a document. What the handler throws comes out as it is.
 * @throws XmlProblem
 */
export function readXml(document: string, handler: XmlHandler): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  const refuse = (what: string) => () => {
    throw new XmlProblem(what);
  };
  parser.on('error', refuse('not well-formed XML'));
  parser.on('doctype', refuse('a DOCTYPE'));
  parser.on('processinginstruction', refuse('a processing instruction'));
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw new XmlProblem('a version of XML other than 1.0');
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      throw new XmlProblem('declared to be in an encoding other than UTF-8');
    }
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > DEEPEST) throw new XmlProblem(`more than ${DEEPEST} elements inside each other`);
    handler.open(elementOf(tag, parser));
  });
  parser.on('text', (part) => handler.text(part));
  parser.on('cdata', (part) => handler.text(part));
  parser.on('closetag', () => {
    depth -= 1;
    handler.close();
  });
  parser.write(document).close();
}

function elementOf(tag: SaxesTagNS, parser: SaxesParser<{ xmlns: true }>): XmlElement {
  return {
    uri: tag.uri,
    local: tag.local,
    attribute: (local, uri = '') => {
      for (const attribute of Object.values(tag.attributes)) {
        if (attribute.local === local && attribute.uri === uri) return attribute.value;
      }
      return undefined;
    },
    resolve: (prefix) => parser.resolve(prefix),
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Characters XML 1.0 cannot hold in any writing. */
const IMPOSSIBLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/**
 * Text as it is written between tags and in attributes.
 * @throws XmlProblem when XML has no way to write it
 */
export function escapeXml(text: string): string {
  if (IMPOSSIBLE.test(text)) throw new XmlProblem('a character XML cannot hold');
  return text.replace(/[&<>"\r\n\t]/g, (character) => ESCAPES[character]!);
}
