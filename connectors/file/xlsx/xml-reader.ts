// XML in chunks, as events. No DOCTYPE, hence no entities but the five of XML itself; no text, tag or nesting that
// grows without end.
import { SaxesParser } from 'saxes';
import { DeliveryProblem, problem } from '../delivery-problem.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface XmlEvents {
  /** Names come without their prefix; attributes as written. */
  readonly open?: (name: string, attributes: Attributes) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

export interface XmlReader {
  /** @throws DeliveryProblem */
  write(bytes: Uint8Array): void;
  /** @throws DeliveryProblem when the document is not complete */
  end(): void;
}

/** Characters without an event; a cell holds at most 32,767. */
const LONGEST_TOKEN = 300_000;
const DEEPEST = 64;

export function openXml({ open, text, close }: XmlEvents): XmlReader {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let quiet = 0;
  let depth = 0;
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  parser.on('doctype', () => {
    throw problem('UNREADABLE', 'declares a document type or entities');
  });
  parser.on('opentag', (tag) => {
    quiet = 0;
    if ((depth += 1) > DEEPEST) throw problem('UNREADABLE', 'is nested too deeply');
    open?.(local(tag.name), tag.attributes);
  });
  parser.on('text', (found) => {
    quiet = 0;
    if (found.length > LONGEST_TOKEN) throw tooLong();
    text?.(found);
  });
  parser.on('cdata', (found) => {
    quiet = 0;
    text?.(found);
  });
  parser.on('closetag', (tag) => {
    quiet = 0;
    depth -= 1;
    close?.(local(tag.name));
  });
  const asProblem = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof DeliveryProblem) throw error;
      // The parser's own words quote the file.
      throw problem('UNREADABLE', 'is not well-formed XML inside');
    }
  };
  return {
    write: (bytes) =>
      asProblem(() => {
        const written = decoder.decode(bytes, { stream: true });
        quiet += written.length;
        parser.write(written);
        if (quiet > LONGEST_TOKEN) throw tooLong();
      }),
    end: () =>
      asProblem(() => {
        parser.write(decoder.decode());
        parser.close();
      }),
  };
}

const tooLong = (): DeliveryProblem => problem('TOO_LARGE', 'holds a text longer than any cell');

/** Reads a whole part. */
export async function readXml(bytes: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  const reader = openXml(events);
  for await (const chunk of bytes) reader.write(chunk);
  reader.end();
}
