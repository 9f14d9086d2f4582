// The court's REST service: up to 100 codes in a call, paged, only the fields asked for. It keeps nothing: every
// listing is made from the code that asks for it.
import {
  organisationListings,
  personListings,
  type CourtColumn,
  type CourtItem,
} from '../generator/court-listings.ts';
import { codesFor } from './whom.ts';
import { indexOfOrgCode, indexOfUscc } from '../generator/organisation.ts';
import { indexOfPerson } from '../generator/person.ts';
import type { World } from '../generator/world.ts';
import { startAgency, type Agency, type AgencyAnswer, type AgencyRequest } from './agency-server.ts';

/** Path of the query. */
export const COURT_PATH = '/v1/listings/query';

const MOST_CODES = 100;
const LARGEST_PAGE = 500;

/** Every column of an item. A record, so that the compiler notices a missing one. */
const COLUMNS: Readonly<Record<CourtColumn, true>> = {
  iname: true,
  cardNum: true,
  cardNumMasked: true,
  sexy: true,
  age: true,
  businessEntity: true,
  courtName: true,
  areaName: true,
  areaCode: true,
  caseCode: true,
  gistId: true,
  gistUnit: true,
  regDate: true,
  duty: true,
  performance: true,
  performedPart: true,
  unperformPart: true,
  disruptTypeName: true,
  extendMonths: true,
  publishDate: true,
  exitDate: true,
  caseState: true,
};

interface Query {
  readonly codes: readonly string[];
  readonly fields: readonly CourtColumn[];
  readonly page: number;
  readonly size: number;
  /** Values of `caseState` that are not wanted. */
  readonly excludeStates: readonly string[];
}

/** Starts the court. @throws PortInUse */
export function startCourt(options: {
  readonly world: World;
  readonly port: number;
  readonly now: () => Date;
}): Promise<Agency> {
  return startAgency({
    name: 'court',
    port: options.port,
    portVariable: 'SANDBOX_COURT_PORT',
    now: options.now,
    answer: async (request) => answer(options.world, request),
  });
}

/** Listings filed under exactly this text: USCC, organisation code with its hyphen, or citizen id. */
export function listingsUnder(world: World, code: string): readonly CourtItem[] {
  const index = indexOfUscc(world, code) ?? indexOfOrgCode(world, code);
  if (index !== undefined) return organisationListings(world, index).filter((item) => item.cardNum === code);
  const person = indexOfPerson(world, code);
  return person === undefined ? [] : personListings(world, person);
}

function answer(world: World, request: AgencyRequest): AgencyAnswer {
  if (request.method !== 'POST' || request.path !== COURT_PATH) {
    return { status: 404, body: { code: 4040, message: 'not found' }, asked: [] };
  }
  const query = read(request.body);
  // The service reports errors of the request in the envelope, with HTTP 200.
  if (!('codes' in query)) return { status: 200, body: query, asked: [] };
  const { excludeStates } = query;
  const without = excludeStates.length === 0 ? {} : { without: excludeStates };
  const asked = [{ name: 'listings', keys: query.codes, columns: query.fields, ...without }];
  const codes = codesFor(request.about, 'listed-firm', query.codes);
  const items = codes
    .flatMap((code) => listingsUnder(world, code))
    .filter((item) => !excludeStates.includes(item.caseState));
  const pages = Math.max(1, Math.ceil(items.length / query.size));
  const page = items.slice((query.page - 1) * query.size, query.page * query.size);
  const columns = [...new Set<CourtColumn>(['cardNum', ...query.fields])];
  const data = {
    asOf: request.asOf,
    total: items.length,
    page: query.page,
    pages,
    items: page.map((item) => Object.fromEntries(columns.map((column) => [column, item[column]]))),
  };
  return { status: 200, body: { code: 0, message: 'ok', data }, asked };
}

function read(text: string): Query | { readonly code: number; readonly message: string } {
  let body: Record<string, unknown>;
  try {
    body = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return { code: 4000, message: '请求不是有效的 JSON' };
  }
  const { codes, fields = Object.keys(COLUMNS), page = 1, size = 100, excludeStates = [] } = body;
  if (!isStrings(codes) || codes.length === 0) return { code: 4000, message: 'codes 应为非空字符串数组' };
  if (codes.length > MOST_CODES) return { code: 4001, message: `codes 不得超过 ${MOST_CODES} 个` };
  if (!isStrings(fields)) return { code: 4000, message: 'fields 应为字符串数组' };
  const known = fields.filter((field): field is CourtColumn => Object.hasOwn(COLUMNS, field));
  if (known.length < fields.length) return { code: 4002, message: 'fields 含有未知字段' };
  if (!isCount(page) || !isCount(size) || size > LARGEST_PAGE) {
    return { code: 4003, message: `page、size 应为正整数，size 不得超过 ${LARGEST_PAGE}` };
  }
  if (!isStrings(excludeStates)) return { code: 4000, message: 'excludeStates 应为字符串数组' };
  return { codes, fields: known, page, size, excludeStates };
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
