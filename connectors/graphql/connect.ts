// The graphql transport: an agency's own endpoint, every record type of a request in one operation.
import { receiveItems } from '../http/connect.ts';
import { openHttpClient } from '../http/client.ts';
import { readJson } from '../http/json-answer.ts';
import { memberAt } from '../http/json-path.ts';
import type { GraphqlManifest, GraphqlRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Transport, missing } from '../transport.ts';
import { writeOperation } from './operation.ts';

const ACCEPT = ['application/graphql-response+json', 'application/json'];

export function openGraphql(manifest: GraphqlManifest, clock: () => Date): Transport<GraphqlRecord> {
  const { address, limits, credentials } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const url = new URL(address);
  return {
    exchange: async (lookups, receive, signal) => {
      const operation = writeOperation(lookups);
      const answer = readJson(
        await client.send({
          method: 'POST',
          url,
          body: { type: 'application/json', text: JSON.stringify(operation) },
          accept: ACCEPT,
          budget: { left: limits.bytes },
          signal,
        }),
      );
      refuseErrors(answer);
      lookups.forEach((lookup, at) => {
        const items = memberAt(answer, `data.s${at}`);
        if (!Array.isArray(items)) {
          throw new SourceError('SOURCE_INVALID_ANSWER', `${lookup.mapping.query.field} is not a list`);
        }
        receiveItems(lookup, items, receive);
      });
      return { asOf: undefined };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };
}

/**
 * Any error makes the whole answer unusable: a partial answer of a list reads like a list without entries. Messages
 * of the source can quote variables and are not repeated.
 */
function refuseErrors(answer: unknown): void {
  const errors = memberAt(answer, 'errors');
  if (errors === missing || errors === null || (Array.isArray(errors) && errors.length === 0)) return;
  const count = Array.isArray(errors) ? errors.length : 1;
  throw new SourceError('SOURCE_INVALID_ANSWER', `the answer has ${count} errors`);
}
