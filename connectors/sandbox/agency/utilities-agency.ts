// The utilities' SOAP service, behind a user name and password: up to 200 codes in a call, only the columns asked for.
// It keeps nothing: every bill is made from the code that asks for it.
import { codesFor } from './whom.ts';
import { readFile } from 'node:fs/promises';
import { indexOfUscc } from '../generator/organisation.ts';
import { type UtilityItem, utilityArrearsOf } from '../generator/utility-records.ts';
import type { World } from '../generator/world.ts';
import { type Agency, startAgency } from './agency-server.ts';
import { type OperationCall, openSoapService } from './soap-service.ts';

/** Path of the SOAP 1.2 port. */
export const UTILITIES_PATH = '/services/arrears';

/** Who may ask. Invented, like everything here. */
export const UTILITIES_USER = { username: 'credit-gateway', password: 'sandbox-utilities' } as const;

/** The WSDL as the agency handed it out; the gateway has no other. */
const WSDL = 'connectors/sources/utilities.wsdl';

const MOST_CODES = 200;

/** Starts the utilities. @throws PortInUse; Error when the WSDL is not in the project's folder */
export async function startUtilities(options: {
  readonly world: World;
  readonly port: number;
  readonly now: () => Date;
}): Promise<Agency> {
  const answer = await openSoapService({
    wsdl: await readFile(WSDL, 'utf8'),
    path: UTILITIES_PATH,
    service: 'UtilityArrearsService',
    port: 'UtilityArrearsSoap12',
    version: '1.2',
    operations: { QueryArrears: (given, call) => queryArrears(options.world, given, call) },
    user: UTILITIES_USER,
  });
  return startAgency({
    name: 'utilities',
    port: options.port,
    portVariable: 'SANDBOX_UTILITIES_PORT',
    now: options.now,
    answer,
  });
}

function queryArrears(
  world: World,
  given: Readonly<Record<string, unknown>>,
  { about, asOf, record }: OperationCall,
): object {
  const query = given['query'] as Readonly<
    Record<'subjectCode' | 'column', string | readonly string[] | undefined>
  >;
  const codes = listOf(query.subjectCode);
  const columns = listOf(query.column);
  record({ name: 'QueryArrears', keys: codes, columns });
  if (codes.length > MOST_CODES) return { status: { code: '4001', message: `至多 ${MOST_CODES} 个代码` } };
  const asked = codesFor(about, 'arrears-government', codes);
  const items = asked.flatMap((code) => {
    const index = indexOfUscc(world, code);
    return index === undefined ? [] : utilityArrearsOf(world, index);
  });
  const wanted = new Set(['subjectCode', ...columns]);
  return {
    status: { code: '0000', message: '成功' },
    asOf,
    arrear: items.map((item) => pick(item, wanted)),
  };
}

function pick(item: UtilityItem, wanted: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name)));
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : given;
}
