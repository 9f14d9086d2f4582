// cedar-wasm in a thread of its own: it parses, validates and converts policy texts, then ends. What it takes (a
// third of a second, ninety megabytes that WebAssembly never gives back) is not taken from requests.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarSchema } from './cedar-schema.ts';

/** A policy text and the schema it must fit. */
export interface CedarText {
  readonly text: string;
  readonly schema: CedarSchema;
}

/** What Cedar says of a text; `policies` are its policies one by one, as text and as JSON. */
export interface CedarFindings {
  readonly parts: Cedar.PolicySetTextToPartsAnswer;
  readonly checked: Cedar.ValidationAnswer;
  readonly policies: readonly { readonly text: string; readonly converted: Cedar.PolicyToJsonAnswer }[];
}

// Plain JavaScript, because a thread starts without the bundler; it only hands on what the library says.
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads');
  const cedar = require(workerData.library);
  parentPort.postMessage(workerData.texts.map(({ text, schema }) => {
    const parts = cedar.policySetTextToParts(text);
    const failed = { type: 'success', validationErrors: [], validationWarnings: [], otherWarnings: [] };
    if (parts.type === 'failure') return { parts, checked: failed, policies: [] };
    return {
      parts,
      checked: cedar.validate({ schema, policies: { staticPolicies: text } }),
      policies: parts.policies.map((one) => ({ text: one, converted: cedar.policyToJson(one) })),
    };
  }));
`;

/** Asks Cedar about every text, in order. Rejects only if the thread itself fails. */
export async function askCedar(texts: readonly CedarText[]): Promise<CedarFindings[]> {
  const library = createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs');
  const worker = new Worker(threadSource, { eval: true, workerData: { library, texts } });
  try {
    return await new Promise<CedarFindings[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the policy checker ended with ${code}`)));
    });
  } finally {
    await worker.terminate();
  }
}
