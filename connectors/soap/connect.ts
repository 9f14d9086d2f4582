// The soap transport: an operation of a stored WSDL, asked for batches of keys. Faults are read for their code alone;
// their words may quote the question and stay where they are.
import { randomBytes } from 'node:crypto';
import { openHttpClient } from '../http/client.ts';
import { earliest } from '../http/earliest.ts';
import { refuseStatus } from '../http/failure.ts';
import { inBatches } from '../http/in-batches.ts';
import { inParallel } from '../http/in-parallel.ts';
import type { ByteBudget, HttpAnswer } from '../http/wire.ts';
import type { SoapManifest, SoapRecord } from '../manifest.ts';
import { SourceError } from '../source-error.ts';
import { type Lookup, type ReceiveRow, type Transport, missing } from '../transport.ts';
import { type AnswerShape, shapeAnswer } from './answer-shape.ts';
import { refuseFault } from './fault.ts';
import { readAnswer } from './read-answer.ts';
import { ENVELOPES, writeRequest } from './request.ts';
import type { SoapCall } from './service.ts';
import { securityHeader } from './username-token.ts';

/** Bytes of a nonce, as the profile recommends. */
const NONCE_BYTES = 16;

/** A fault comes with one of these; whether it is one, the body says. */
const FAULT_STATUSES = [400, 500];

const MEDIA = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const;

export function openSoap(manifest: SoapManifest, clock: () => Date): Transport<SoapRecord> {
  const { soap, address, limits, credentials } = manifest;
  const client = openHttpClient({ address, limits, credentials, clock });
  const url = new URL(address);

  return {
    exchange: async (lookups, receive, signal) => {
      const budget: ByteBudget = { left: limits.bytes };
      const batches = lookups.flatMap((lookup) => {
        const call = callOf(lookup);
        const columns = [...new Set([lookup.keyColumn, ...lookup.columns])];
        const shape = shapeAnswer(call.version, call.answer.message, call.answer, columns);
        return inBatches(lookup, call.keys.max).map((keys) => ({ lookup, call, columns, shape, keys }));
      });
      const width = Math.min(...batches.map(({ call }) => call.keys.atOnce));
      const times = await inParallel(batches, width, signal, async (batch, batchSignal) => {
        const { lookup, call, columns, shape, keys } = batch;
        const text = writeRequest(call.request, valuesFor(call, lookup, columns, keys), headerFor(call));
        const answer = await client.send({
          method: 'POST',
          url,
          ...headersOf(call, text),
          accept: [MEDIA[call.version]],
          statuses: FAULT_STATUSES,
          budget,
          signal: batchSignal,
        });
        return receiveAnswer(answer, call, shape, lookup, receive);
      });
      return { asOf: earliest(times), bytes: limits.bytes - budget.left };
    },
    probe: (signal) => client.probe(signal),
    close: () => client.close(),
  };

  function callOf({ mapping }: Lookup<SoapRecord>): SoapCall {
    const call = soap.calls.get(mapping.record);
    if (call === undefined) throw new RangeError(`${mapping.record} has no operation`);
    return call;
  }

  function headerFor({ version }: SoapCall): string {
    if (soap.security === undefined) return '';
    const moment = { created: clock().toISOString(), nonce: randomBytes(NONCE_BYTES) };
    return securityHeader(soap.security, ENVELOPES[version], moment);
  }
}

function valuesFor(
  call: SoapCall,
  lookup: Lookup,
  columns: readonly string[],
  keys: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>([[call.keys.at, keys]]);
  for (const [path, constant] of call.constants) values.set(path, [constant.reveal()]);
  if (call.columns !== undefined) values.set(call.columns.at, columns);
  for (const { filter, test } of lookup.conditions) {
    if (filter.excludeAt !== undefined && test.kind === 'except') values.set(filter.excludeAt, test.texts);
  }
  return values;
}

function headersOf({ version, action }: SoapCall, text: string) {
  const media = `${MEDIA[version]}; charset=utf-8`;
  return version === '1.1'
    ? { body: { type: media, text }, headers: { soapaction: `"${action}"` } }
    : { body: { type: action === '' ? media : `${media}; action="${action}"`, text } };
}

/** Hands the records over and resolves with the answer's own time. @throws SourceError */
function receiveAnswer(
  answer: HttpAnswer,
  { answer: places }: SoapCall,
  shape: AnswerShape,
  lookup: Lookup,
  receive: ReceiveRow,
): string | undefined {
  const answered = readAnswer(textOf(answer), shape, (values) => {
    const valueOf = (column: string): unknown =>
      values.has(column) ? values.get(column) : shape.required.has(column) ? missing : null;
    receive(lookup, valueOf(lookup.keyColumn), lookup.columns.map(valueOf));
  });
  if (answered.kind === 'fault') throw refuseFault(answered);
  if (answer.status !== 200) throw refuseStatus(answer.status);
  const { okAt, okIs, asOf } = places;
  if (okAt !== undefined) {
    const { ok } = answered;
    if (typeof ok !== 'string') throw new SourceError('SOURCE_INVALID_ANSWER', `no ${okAt} in the answer`);
    if (ok.trim() !== okIs) throw new SourceError('SOURCE_REFUSED', `${okAt} of the answer says no`);
  }
  if (asOf === undefined) return undefined;
  if (typeof answered.asOf === 'string') return answered.asOf.trim();
  throw new SourceError('SOURCE_INVALID_ANSWER', `${asOf} of the answer is not a time`);
}

function textOf({ charset, body }: HttpAnswer): string {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new SourceError('SOURCE_INVALID_ANSWER', 'the answer is not in UTF-8');
  }
}
