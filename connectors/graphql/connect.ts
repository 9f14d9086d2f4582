// The graphql transport: an agency's own endpoint or a federation subgraph, every record type of a request in one
// operation.
import { readAge } from '../freshness.ts';
import { openHttpClient } from '../http/client.ts';
import { readJson } from '../http/json-answer.ts';
import type { GraphqlManifest, GraphqlRecord } from '../manifest.ts';
import type { Transport } from '../transport.ts';
import { ageIn, readAnswer } from './answer.ts';
import { writeOperation } from './operation.ts';

const ACCEPT = ['application/graphql-response+json', 'application/json'];

export function openGraphql(manifest: GraphqlManifest, clock: () => Date): Transport<GraphqlRecord> {
  const { address, limits, credentials, age } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const url = new URL(address);
  return {
    exchange: async (lookups, receive, signal) => {
      const budget = { left: limits.bytes };
      const answer = await client.send({
        method: 'POST',
        url,
        body: { type: 'application/json', text: JSON.stringify(writeOperation(lookups, age)) },
        accept: ACCEPT,
        budget,
        signal,
      });
      const read = readJson(answer);
      readAnswer(read, lookups, receive);
      const asOf = age === undefined ? undefined : readAge(ageIn(read, age));
      return { asOf, bytes: limits.bytes - budget.left };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };
}
