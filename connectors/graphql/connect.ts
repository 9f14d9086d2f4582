// The graphql transport: an agency's own endpoint or a federation subgraph, every record type of a request in one
// operation.
import { openHttpClient } from '../http/client.ts';
import { readJson } from '../http/json-answer.ts';
import type { GraphqlManifest, GraphqlRecord } from '../manifest.ts';
import type { Transport } from '../transport.ts';
import { readAnswer } from './answer.ts';
import { writeOperation } from './operation.ts';

const ACCEPT = ['application/graphql-response+json', 'application/json'];

export function openGraphql(manifest: GraphqlManifest, clock: () => Date): Transport<GraphqlRecord> {
  const { address, limits, credentials } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const url = new URL(address);
  return {
    exchange: async (lookups, receive, signal) => {
      const budget = { left: limits.bytes };
      const answer = await client.send({
        method: 'POST',
        url,
        body: { type: 'application/json', text: JSON.stringify(writeOperation(lookups)) },
        accept: ACCEPT,
        budget,
        signal,
      });
      readAnswer(readJson(answer), lookups, receive);
      return { asOf: undefined, bytes: limits.bytes - budget.left };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };
}
