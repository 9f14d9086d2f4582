// The http transport's sources: JSON services that take keys and pages in the ways the manifest knows.
import type { AgencyRow, Asked } from './bench.ts';
import { type AgencyBench, askedFor, startAgencyBench, wanted } from './agency-bench.ts';

export const HTTP_BATCH = 10;
export const HTTP_PAGE = 3;

export interface HttpBench extends AgencyBench {
  /** Replaces the whole answer. */
  answerWith(body: unknown): void;
}

/** What an agency makes of a call, whatever its form. */
interface Asking {
  readonly codes: readonly string[];
  readonly columns: readonly string[];
  readonly without?: readonly string[] | undefined;
  /** Where the page begins and what it holds at most; none: everything. */
  readonly from?: number;
  readonly size?: number;
}

interface Style {
  readonly name: string;
  readonly batch?: number;
  /** Whether the agency pages, and whether it answers about others than those it was asked about. */
  readonly pages: boolean;
  readonly filters?: boolean;
  readonly http: string;
  readonly listings?: string;
  readonly awards: string;
  readonly excludeAt: string;
  read(url: URL, body: string): Asking;
  /** The answer's members besides code and items. */
  tell?(total: number, asking: Asking, end: number): Readonly<Record<string, unknown>>;
}

const textsOf = (parameters: URLSearchParams, name: string): string[] | undefined =>
  parameters.has(name) ? parameters.getAll(name).flatMap((text) => text.split(',')) : undefined;

const byBody: Style = {
  name: 'http',
  pages: true,
  http: `keys: { at: query.codes, max: ${HTTP_BATCH} }
  columns: { at: query.columns }
  paging: { pageAt: page, sizeAt: size, size: ${HTTP_PAGE}, pagesAt: data.pages }`,
  awards: 'path: /awards',
  excludeAt: 'query.without',
  read: (_url, body) => {
    const { query, page, size } = JSON.parse(body) as {
      readonly query: Asking;
      readonly page: number;
      readonly size: number;
    };
    return { ...query, from: (page - 1) * size, size };
  },
  tell: (total, { size }) => ({ pages: Math.ceil(total / size!) }),
};

const byQuery: Style = {
  name: 'http, a query and offsets',
  pages: true,
  http: `keys: { in: query, at: codes, max: ${HTTP_BATCH} }
  columns: { at: columns }
  separator: ','
  paging: { by: offset, offsetAt: offset, sizeAt: limit, size: ${HTTP_PAGE}, totalAt: data.total }`,
  awards: 'path: /awards',
  excludeAt: 'without',
  read: ({ searchParams }) => ({
    ...fromParameters(searchParams),
    from: Number(searchParams.get('offset')),
    size: Number(searchParams.get('limit')),
  }),
  tell: (total) => ({ total }),
};

const byPath: Style = {
  name: 'http, a path per key',
  batch: 1,
  pages: false,
  // Who asks for one key is answered about that one.
  filters: true,
  http: `keys: { in: path, at: code, max: 1, atOnce: 8 }
  columns: { at: columns }
  absent: { at: code, is: 40401 }`,
  awards: 'path: /awards/{code}',
  excludeAt: 'without',
  read: ({ pathname, searchParams }) => ({
    ...fromParameters(searchParams),
    codes: [decodeURIComponent(pathname.split('/')[2]!)],
  }),
};

const byForm: Style = {
  name: 'http, a form and pages to the end',
  pages: true,
  http: `keys: { in: form, at: codes, max: ${HTTP_BATCH} }
  columns: { at: columns }
  paging: { pageAt: page, first: 0, sizeAt: size, size: ${HTTP_PAGE}, totalAt: data.total }`,
  awards: 'path: /awards',
  excludeAt: 'without',
  read: (_url, body) => {
    const form = new URLSearchParams(body);
    const size = Number(form.get('size'));
    return { ...fromParameters(form), from: Number(form.get('page')) * size, size };
  },
  tell: (total) => ({ total }),
};

const byCursor: Style = {
  name: 'http, cursors',
  pages: true,
  http: `keys: { at: codes, max: ${HTTP_BATCH} }
  columns: { at: columns }
  paging: { by: cursor, cursorAt: after, nextAt: data.next, sizeAt: size, size: ${HTTP_PAGE} }`,
  awards: 'path: /awards',
  excludeAt: 'without',
  read: (_url, body) => {
    const { after, ...asking } = JSON.parse(body) as Asking & { readonly after?: string };
    return { ...asking, from: after === undefined ? 0 : Number(after.slice('row-'.length)) };
  },
  tell: (total, _asking, end) => ({ next: end < total ? `row-${end}` : null }),
};

const byLink: Style = {
  ...byQuery,
  name: 'http, links to the next page',
  http: `keys: { in: query, at: codes, max: ${HTTP_BATCH} }
  columns: { at: columns }
  separator: ','
  constants: { limit: ${HTTP_PAGE} }
  paging: { by: link, nextAt: data.next }`,
  tell: (total, asking, end) => ({ next: end < total ? `${linkOf(asking)}&offset=${end}` : null }),
};

function linkOf({ codes, columns, without, size }: Asking): string {
  const parameters = new URLSearchParams({
    codes: codes.join(),
    columns: columns.join(),
    limit: String(size),
  });
  if (without !== undefined) parameters.set('without', without.join());
  return `?${parameters}`;
}

function fromParameters(parameters: URLSearchParams): Asking {
  return {
    codes: textsOf(parameters, 'codes') ?? [],
    columns: textsOf(parameters, 'columns') ?? [],
    without: textsOf(parameters, 'without'),
  };
}

export const startHttpBench = (): Promise<HttpBench> => start(byBody);

/** Every way to ask a JSON service that the contract suite runs over. */
export const httpBenches: [string, () => Promise<HttpBench>][] = [
  byBody,
  byQuery,
  byPath,
  byForm,
  byCursor,
  byLink,
].map((style) => [style.name, () => start(style)]);

async function start(style: Style): Promise<HttpBench> {
  let fixed: unknown;
  const perKey = style.batch === 1;
  const bench = await startAgencyBench({
    name: style.name,
    filters: style.filters ?? false,
    batch: style.batch ?? HTTP_BATCH,
    ...(style.pages ? { page: HTTP_PAGE } : {}),
    reset: () => {
      fixed = undefined;
    },
    answer: async ({ path, body, asOf }, held) => {
      const url = new URL(path, 'http://probe');
      const record = url.pathname.startsWith('/listings') ? 'listings' : 'awards';
      const asking = style.read(url, body);
      const asked = [askedFor(record, asking.codes, asking.columns, asking.without)];
      if (fixed !== undefined) return { status: 200, body: fixed, asked };
      const rows = wanted(held[record], asking.without).filter(
        // The others answer for everybody they know: picking subjects is the connector's business.
        ({ code }) => style.filters !== true || code === asking.codes[0],
      );
      if (perKey && rows.length === 0) return { status: 404, body: { code: 40401 }, asked };
      const { from = 0, size = rows.length } = asking;
      const items = rows.slice(from, from + size).map((row) => pick(row, asking.columns));
      const told = style.tell?.(rows.length, asking, from + items.length);
      return { status: 200, body: { code: 0, data: { items, asOf, ...told } }, asked };
    },
    manifest: () => ({
      top: `transport: http
http:
  path: ${perKey ? '/listings/{code}' : '/listings'}
  ${style.http}
  envelope: { okAt: code, okIs: 0, items: data.items, asOf: data.asOf }`,
      listings: `filters: { status: { excludeAt: ${style.excludeAt} } }`,
      awards: style.awards,
    }),
  });
  return {
    ...bench,
    answerWith: (body) => {
      fixed = body;
    },
  };
}

function pick(row: AgencyRow, columns: readonly string[]): unknown {
  return Object.fromEntries(columns.map((column) => [column, row[column as keyof Asked & keyof AgencyRow]]));
}
