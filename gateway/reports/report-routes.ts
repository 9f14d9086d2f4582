// Reports over plain HTTP: the page and the PDF for their issuer, and for everybody the keys and whether a number and a
// hash belong together. What is another's and what is not there look alike.
import { timingSafeEqual } from 'node:crypto';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Log } from '../../connectors/log.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import { ClientError } from '../errors.ts';
import type { Admitted } from '../request/stages.ts';
import { readAnswer } from './read-answer.ts';
import { contentOf, keyIdOf } from './report-deeds.ts';
import { reportAddresses } from './report-addresses.ts';
import { isReportNumber } from './report-number.ts';
import { reportPage, reportPagePolicy, verificationPage } from './report-page.ts';
import type { ReportStore } from './report-store.ts';
import { hashOf } from './sign-report.ts';
import type { ReportKey } from './signing-key.ts';
import type { Execute } from './verdict-question.ts';

export interface RouteAnswer {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A place below /reports. */
export interface ReportRoute {
  readonly kind: 'verify' | 'page' | 'pdf' | 'json';
  readonly number: string;
}

export interface ReportRoutes {
  /** The key set of GET /keys. Rejects with NOT_READY where it cannot be read. */
  keys(): Promise<RouteAnswer>;
  /** @throws ClientError VALUE_INVALID for what is no hash, NOT_READY */
  verify(number: string, query: URLSearchParams, accept: string): Promise<RouteAnswer>;
  /** The purpose a report of this consumer was issued for; undefined where there is none. */
  purposeOf(number: string, consumer: string): Promise<string | undefined>;
  /** The report, read through the stages as any query. @throws ClientError NOT_FOUND and whatever refuses a query */
  show(route: ReportRoute, admitted: Admitted): Promise<RouteAnswer>;
}

/** Undefined for a path that is none of ours. */
export function reportRouteOf(path: string): ReportRoute | undefined {
  const [, number, rest] = /^\/reports\/([^/.]+)(|\/verify|\.pdf|\.json)$/.exec(path) ?? [];
  if (number === undefined || !isReportNumber(number)) return undefined;
  const kinds = { '': 'page', '/verify': 'verify', '.pdf': 'pdf', '.json': 'json' } as const;
  return { number, kind: kinds[rest as keyof typeof kinds] };
}

const readDocument = parse('query ($number: ID!) { report(number: $number) { document } }');
const readOperation = readDocument.definitions.find(
  (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
)!;

/** Bytes of PDFs kept, so that nobody makes the gateway draw the same one over and over. */
const pdfBytes = 32 * 1024 * 1024;

export function reportRoutes(parts: {
  readonly execute: Execute;
  readonly store: ReportStore | undefined;
  readonly publicKey: ReportKey;
  readonly publicUrl: () => string;
  readonly clock: () => Date;
  readonly log: Log;
}): ReportRoutes {
  const { store, publicKey, publicUrl, clock, log } = parts;
  const pdfs = new LRUCache<string, Buffer>({ maxSize: pdfBytes, sizeCalculation: ({ length }) => length });
  const known = async <T>(read: (store: ReportStore) => Promise<T>, none: T): Promise<T> => {
    if (store === undefined) return none;
    try {
      return await read(store);
    } catch (error) {
      log.error({ err: error }, 'the reports cannot be read');
      throw new ClientError('NOT_READY', undefined, error);
    }
  };
  // One at a time: drawing takes a tenth of a second and more of the one processor that answers everybody.
  let drawing: Promise<unknown> = Promise.resolve();
  const drawn = (hash: string, draw: () => Promise<Buffer>): Promise<Buffer> => {
    const next = drawing.then(async () => {
      const pdf = pdfs.get(hash) ?? (await draw());
      pdfs.set(hash, pdf);
      return pdf;
    });
    drawing = next.catch(() => undefined);
    return next;
  };
  return {
    keys: async () => {
      const kept = await known((from) => from.keys(), []);
      const keys = [...kept.filter(({ kid }) => kid !== publicKey.kid), publicKey];
      return {
        body: `${JSON.stringify({ keys }, undefined, 2)}\n`,
        headers: { 'content-type': 'application/jwk-set+json; charset=utf-8' },
      };
    },
    verify: async (number, query, accept) => {
      const hash = query.get('hash') ?? '';
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new ClientError('VALUE_INVALID', 'hash');
      const kept = await known((from) => from.hashOf(number, beijingDay(clock())), undefined);
      const belongs = kept !== undefined && timingSafeEqual(Buffer.from(kept), Buffer.from(hash));
      return accept.includes('text/html')
        ? html(verificationPage(number, belongs))
        : { body: `${JSON.stringify({ number, belongs })}\n`, headers: {} };
    },
    purposeOf: async (number, consumer) =>
      (await known((from) => from.find(number, consumer, beijingDay(clock())), undefined))?.purpose,
    show: async ({ kind, number }, admitted) => {
      const result = await parts.execute(
        admitted,
        { document: readDocument, operation: readOperation, variables: { number } },
        (recorder) => recorder,
      );
      const answer = readAnswer<{ readonly report?: { readonly document?: string | null } | null }>(result);
      const [error] = answer.errors;
      if (error !== undefined) throw new ClientError(error.code, error.at);
      const document = answer.data?.report?.document;
      if (typeof document !== 'string') throw new ClientError('NOT_FOUND');
      if (kind === 'json') return { body: document, headers: {} };
      const content = contentOf(document);
      const hash = hashOf(document);
      const proof = { hash, keyId: keyIdOf(document), ...reportAddresses(publicUrl(), number, hash) };
      if (kind !== 'pdf') return html(reportPage(content, proof));
      // A PDF's library and fonts are large, and mostly nobody wants one.
      const { reportPdf } = await import('./report-pdf.ts');
      const pdf = await drawn(hash, () => reportPdf(content, document, proof));
      return { body: pdf, headers: { 'content-type': 'application/pdf' } };
    },
  };
}

function html(page: string): RouteAnswer {
  return {
    body: page,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': reportPagePolicy,
      'referrer-policy': 'no-referrer',
    },
  };
}
