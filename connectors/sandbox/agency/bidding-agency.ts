// The public-resources trading office's REST service: GET with up to 50 subjects, comma-separated, and only the fields
// asked for, by offset and limit. It keeps nothing: every record is made from the code that asks for it.
import {
  BIDDING_COLUMNS,
  agentEntriesOf,
  agentMisconductOf,
  expertEntriesOf,
  expertMisconductOf,
  pointsOf,
  type BiddingItem,
  type BiddingPath,
} from '../generator/bidding-records.ts';
import { codesFor } from './whom.ts';
import { indexOfUscc } from '../generator/organisation.ts';
import { indexOfPerson } from '../generator/person.ts';
import type { World } from '../generator/world.ts';
import { startAgency, type Agency, type AgencyAnswer, type AgencyRequest } from './agency-server.ts';

const MOST_SUBJECTS = 50;
const LARGEST_PAGE = 500;

const LISTS: Readonly<
  Record<
    BiddingPath,
    {
      readonly indexOf: (world: World, code: string) => number | undefined;
      readonly itemsOf: (world: World, index: number) => readonly BiddingItem[];
      /** Member of the cast about whom a sick agency answers. */
      readonly other: string;
    }
  >
> = {
  '/v2/points': { indexOf: indexOfUscc, itemsOf: pointsOf, other: 'points-over' },
  '/v2/agents': { indexOf: indexOfUscc, itemsOf: agentEntriesOf, other: 'agent-banned' },
  '/v2/agents/misconduct': { indexOf: indexOfUscc, itemsOf: agentMisconductOf, other: 'agent-banned' },
  '/v2/experts': { indexOf: indexOfPerson, itemsOf: expertEntriesOf, other: 'expert-banned' },
  '/v2/experts/misconduct': { indexOf: indexOfPerson, itemsOf: expertMisconductOf, other: 'expert-banned' },
};

/** Starts the office's service. @throws PortInUse */
export function startBidding(options: {
  readonly world: World;
  readonly port: number;
  readonly now: () => Date;
}): Promise<Agency> {
  return startAgency({
    name: 'bidding',
    port: options.port,
    portVariable: 'SANDBOX_BIDDING_PORT',
    now: options.now,
    answer: async (request) => answer(options.world, request),
  });
}

function answer(world: World, request: AgencyRequest): AgencyAnswer {
  const { pathname, searchParams } = new URL(request.path, 'http://agency');
  if (request.method !== 'GET' || !Object.hasOwn(LISTS, pathname))
    return { status: 404, body: { message: 'not found' }, asked: [] };
  const path = pathname as BiddingPath;
  const { indexOf, itemsOf, other } = LISTS[path];
  const subjects = listOf(searchParams.get('subject'));
  const known: readonly string[] = BIDDING_COLUMNS[path];
  const fields = listOf(searchParams.get('field') ?? known.join(','));
  const offset = Number(searchParams.get('offset') ?? 0);
  const limit = Number(searchParams.get('limit') ?? 100);
  if (subjects.length === 0 || subjects.length > MOST_SUBJECTS)
    return { status: 400, body: { message: `subject 应为 1 至 ${MOST_SUBJECTS} 个` }, asked: [] };
  if (fields.some((field) => !known.includes(field)))
    return { status: 400, body: { message: 'field 含有未知字段' }, asked: [] };
  if (![offset, limit].every((value) => Number.isInteger(value) && value >= 0) || limit > LARGEST_PAGE)
    return { status: 400, body: { message: 'offset、limit 无效' }, asked: [] };
  const codes = codesFor(request.about, other, subjects);
  const items = codes.flatMap((code) => {
    const index = indexOf(world, code);
    return index === undefined ? [] : itemsOf(world, index);
  });
  const page = items.slice(offset, offset + limit);
  const columns = [...new Set(['subject', ...fields])];
  return {
    status: 200,
    body: {
      asOf: request.asOf,
      total: items.length,
      items: page.map((item) => Object.fromEntries(columns.map((column) => [column, item[column]]))),
    },
    asked: [{ name: path, keys: subjects, columns: fields }],
  };
}

function listOf(text: string | null): readonly string[] {
  return (text ?? '').split(',').filter((part) => part !== '');
}
