// The soap transport's source: a SOAP service on loopback, by an implementation that shares nothing with ours.
import { startAgency } from '../../connectors/sandbox/agency/agency-server.ts';
import { type Operation, openSoapService } from '../../connectors/sandbox/agency/soap-service.ts';
import type { AgencyRows, Asked, Bench } from './bench.ts';
import { probeWsdl } from './probe-wsdl.ts';

export type SoapBenchVersion = '1.1' | '1.2';

interface Query {
  readonly code: string | readonly string[];
  readonly column: string | readonly string[];
  readonly without?: string | readonly string[];
}

const listOf = (given: string | readonly string[]): readonly string[] =>
  typeof given === 'string' ? [given] : given;

/** `batch`: keys of one call; more are asked for in further calls. */
export async function startSoapBench(version: SoapBenchVersion, batch: number): Promise<Bench> {
  const path = version === '1.1' ? '/soap11' : '/soap12';
  const user = { username: 'gateway', password: 'correct & <secret>' };
  let rows: AgencyRows = { listings: [], awards: [] };
  const operation =
    (record: Asked['record']): Operation =>
    (given, call) => {
      const query = given['query'] as Query;
      const columns = listOf(query.column);
      const without = query.without === undefined ? undefined : listOf(query.without);
      call.record({
        name: record,
        keys: listOf(query.code),
        columns,
        ...(without === undefined ? {} : { without }),
      });
      // With batches this agency answers for everybody it knows: picking subjects is the connector's business.
      const held = rows[record].filter(
        ({ code, st }) =>
          (batch > 1 || code === listOf(query.code)[0]) && (st === null || without?.includes(st) !== true),
      );
      const row = held.map((one) =>
        Object.fromEntries(columns.map((column) => [column, one[column as keyof typeof one]])),
      );
      return { asOf: call.asOf, result: { row } };
    };
  const answer = await openSoapService({
    wsdl: probeWsdl,
    path,
    service: 'ProbeService',
    port: version === '1.1' ? 'ProbeSoap11' : 'ProbeSoap12',
    version,
    operations: { Listings: operation('listings'), Awards: operation('awards') },
    user,
  });
  const agency = await startAgency({
    name: 'probe',
    port: 0,
    portVariable: 'PORT',
    now: () => new Date(),
    answer,
  });
  return {
    name: 'soap',
    // A key of its own in each call leaves nothing to pick.
    filters: batch === 1,
    batch,
    environment: {
      PROBE_ADDRESS: `http://127.0.0.1:${agency.port}${path}`,
      PROBE_USER: user.username,
      PROBE_PASSWORD: user.password,
    },
    hold: async (next) => {
      rows = next;
      agency.setFault({ mode: 'none' });
      agency.clearJournal();
    },
    manifest: () => ({
      top: `transport: soap
soap:
  wsdl: probe.wsdl
  service: ProbeService
  port: ProbeSoap${version.replace('.', '')}
  operation: Listings
  keys: { at: query/code, max: ${batch} }
  columns: { at: query/column }
  envelope: { items: result/row, asOf: asOf }
  security: { username: '\${PROBE_USER}', password: '\${PROBE_PASSWORD}' }`,
      listings: 'filters: { status: { excludeAt: query/without } }',
      awards: 'operation: Awards',
      files: { 'probe.wsdl': probeWsdl },
    }),
    setFault: async (fault) => {
      agency.setFault(fault === 'slow' ? { mode: 'slow', ms: 60_000 } : { mode: fault });
    },
    calls: () =>
      agency
        .journal()
        .map((call) => call.asked.map(({ name, ...rest }) => ({ record: name as Asked['record'], ...rest }))),
    stop: () => agency.stop(),
  };
}
