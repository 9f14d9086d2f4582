// The SDL a consumer downloads: what it may use under some purpose it holds and nothing else, handed out like any
// other answer once the audit record of it is durable.
import { parse } from 'graphql';
import { admit } from './request/admit.ts';
import type { Recorder } from './request/record.ts';
import type { PolicySnapshot } from './request/snapshot.ts';
import type { Caller } from './request/stages.ts';
import { visibleSdl } from './request/visible-schema.ts';

/** What the audit shows for it: the question that introspection would have asked. */
const operation = 'SchemaDownload';
const document = parse(`query ${operation} { __schema { types { name } } }`);

/** The caller's SDL. No purpose is declared, for nothing is asked about anybody. Rejects if it cannot be recorded. */
export async function downloadSchema(
  caller: Caller,
  snapshot: PolicySnapshot,
  facts: { readonly request: string; readonly receivedAt: Date },
  recorder: Recorder,
): Promise<string> {
  const none = { purpose: undefined, caseNumber: undefined, user: undefined };
  const admitted = admit(caller, none, snapshot, facts);
  recorder.intend(admitted, document, operation);
  await recorder.conclude(admitted, { errors: [] });
  return visibleSdl(snapshot, caller.consumer);
}
