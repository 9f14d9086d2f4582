import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AnsweringHost,
  type Given,
  SUBJECT,
  arrear,
  envelope,
  message,
  startAnsweringHost,
} from './answering-host.ts';

let host: AnsweringHost;
beforeAll(async () => {
  host = await startAnsweringHost();
});
afterAll(() => host.stop());

const good = arrear('<billNo>B-1</billNo><amount>12.5</amount>');
const whole = envelope(message(good));
const bare = whole.replace(/^<\?.*?\?>/, '');
const fault = (code: string, subcode = ''): string =>
  envelope(
    `<S:Fault><S:Code><S:Value>S:${code}</S:Value>${subcode}</S:Code>` +
      `<S:Reason><S:Text xml:lang="zh">ORA-00942 ${SUBJECT}</S:Text></S:Reason></S:Fault>`,
  );

test('a sound answer is read, and an element that is not there is no value', async () => {
  host.give({ body: whole });
  const answer = await host.ask();
  expect(answer).toMatchObject({ state: 'OK', invalidSubjects: new Set() });
  expect(answer.rows.get('UtilityArrear')?.get(SUBJECT)).toEqual([
    { billNumber: 'B-1', amount: '12.50', settledOn: null },
  ]);
});

test('prefixes, CDATA, comments, nil and a header make no difference', async () => {
  const row = `<u:arrear><u:subjectCode><![CDATA[${SUBJECT}]]></u:subjectCode><u:billNo>B<!-- x -->-1</u:billNo>
    <u:amount> 12.5 </u:amount><u:settledDate xsi:nil="true"/></u:arrear>`;
  const names = 'xmlns:u="urn:sandbox:utilities" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const body = `<u:QueryArrearsResponse ${names}><u:status><u:code>0000</u:code></u:status>
    <u:asOf>${new Date().toISOString()}</u:asOf>${row}</u:QueryArrearsResponse>`;
  host.give({ body: envelope(body, '<S:Header><t:Trace xmlns:t="urn:trace">1</t:Trace></S:Header>') });
  expect((await host.ask()).rows.get('UtilityArrear')?.get(SUBJECT)).toEqual([
    { billNumber: 'B-1', amount: '12.50', settledOn: null },
  ]);
});

test('what was not asked for is dropped on reading, even where it cannot be read', async () => {
  host.give({ body: envelope(message(arrear('<billNo>B-1</billNo><amount>never</amount><new>1</new>'))) });
  const answer = await host.ask(['billNumber']);
  expect(answer.rows.get('UtilityArrear')?.get(SUBJECT)).toEqual([{ billNumber: 'B-1' }]);
  expect([...host.heard.at(-1)!.body.matchAll(/:column>(\w+)</g)].map(([, name]) => name)).toEqual([
    'subjectCode',
    'billNo',
  ]);
});

test('rows of somebody else are discarded', async () => {
  host.give({ body: envelope(message(arrear('<billNo>X</billNo>', '91990000XX0000000A') + good)) });
  const answer = await host.ask(['billNumber']);
  expect([...answer.rows.get('UtilityArrear')!.keys()]).toEqual([SUBJECT]);
});

test('elements where a value belongs, and a value given twice, spoil their record', async () => {
  for (const inside of ['<amount><yuan>1</yuan></amount>', '<amount>1</amount><amount>2</amount>']) {
    host.give({ body: envelope(message(arrear(inside))) });
    expect((await host.ask(['amount'])).gaps, inside).toContainEqual({
      record: 'UtilityArrear',
      reason: 'UNREADABLE',
      subjects: new Set([SUBJECT]),
    });
  }
});

const nested = (depth: number): string => '<x>'.repeat(depth) + '</x>'.repeat(depth);
const bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>';
const demand = '<S:Header><x:Y xmlns:x="urn:x" S:mustUnderstand="true"/></S:Header>';
const broken = Buffer.concat([Buffer.from(whole), Buffer.from([0xd6, 0xd0])]);
const invalid: readonly (readonly [string, Given])[] = [
  ['a DOCTYPE', { body: `<!DOCTYPE x>${bare}` }],
  ['an external DTD', { body: `<!DOCTYPE x SYSTEM "file:///etc/passwd">${bare}` }],
  ['entities that grow', { body: bomb + bare.replace('B-1', '&b;') }],
  ['an entity nobody declared', { body: whole.replace('B-1', '&nbsp;') }],
  ['elements inside each other without end', { body: envelope(message(arrear(nested(5000)))) }],
  ['a processing instruction', { body: envelope(message(`<?php x ?>${good}`)) }],
  ['the message in another namespace', { body: whole.replace('urn:sandbox:utilities', 'urn:other') }],
  ['records in another namespace', { body: whole.replace('<arrear>', '<arrear xmlns="urn:other">') }],
  ['a column in another namespace', { body: whole.replace('<billNo>', '<billNo xmlns="">') }],
  ['records under another name', { body: whole.replaceAll('arrear>', 'arrears>') }],
  ['another message', { body: whole.replaceAll('QueryArrearsResponse', 'QueryBillsResponse') }],
  ['a part the WSDL demands left out', { body: envelope(message(good, '')) }],
  [
    'an envelope of SOAP 1.1',
    { body: whole.replace(/"[^"]*soap-envelope"/, '"http://schemas.xmlsoap.org/soap/envelope/"') },
  ],
  ['no envelope', { body: message(good) }],
  ['nothing in the body', { body: envelope('') }],
  ['two messages', { body: envelope(message(good) + message('')) }],
  ['a header that must be understood', { body: envelope(message(good), demand) }],
  ['another encoding declared', { body: whole.replace('UTF-8', 'GB2312') }],
  ['another encoding in the header', { body: whole, type: 'application/soap+xml; charset=gbk' }],
  ['bytes that are not UTF-8', { body: broken }],
  ['XML 1.1', { body: whole.replace("'1.0'", "'1.1'") }],
  ['MTOM', { body: `--b\r\n\r\n${whole}\r\n--b--`, type: 'multipart/related; boundary=b' }],
  ['HTML with 200', { body: '<!doctype html><h1>维护</h1>', type: 'text/html' }],
  ['HTML that says it is SOAP', { body: '<html><h1>维护</h1></html>' }],
  ['an empty answer', { body: '' }],
  ['a text that ends early', { body: whole.slice(0, -20) }],
  ['two attributes of one name', { body: whole.replace('<arrear>', '<arrear a="1" a="2">') }],
  ['a time that is none', { body: whole.replace(/<asOf>.*<\/asOf>/, '<asOf>yesterday</asOf>') }],
];

test.each(invalid)('%s is an invalid answer, never an empty one', async (_title, given) => {
  host.give(given);
  const answer = await host.ask();
  expect(answer).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_INVALID_ANSWER' } });
  expect(answer.failure!.detail).not.toMatch(/unexpected/);
  expect(answer.rows.size).toBe(0);
});

test('a connection that ends in the middle is no answer', async () => {
  host.give({ body: whole.slice(0, -20), length: whole.length });
  expect(await host.ask()).toMatchObject({ state: 'UNAVAILABLE', failure: { code: 'SOURCE_UNREACHABLE' } });
});

test('a huge answer is cut off at the byte limit', async () => {
  host.give({ body: envelope(message(`<!--${'x'.repeat(4_100_000)}-->${good}`)) });
  expect(await host.ask()).toMatchObject({ state: 'INVALID', failure: { code: 'SOURCE_TOO_LARGE' } });
});

describe('a fault', () => {
  const authentication = '<S:Subcode><S:Value>wsse:FailedAuthentication</S:Value></S:Subcode>';
  test.each([
    ['Sender', '', 400, 'SOURCE_REFUSED', 'a fault: Sender'],
    ['Sender', authentication, 400, 'SOURCE_REFUSED', 'a fault: Sender FailedAuthentication'],
    ['Receiver', '', 500, 'SOURCE_REFUSED', 'a fault: Receiver'],
    ['Receiver', '', 200, 'SOURCE_REFUSED', 'a fault: Receiver'],
    ['VersionMismatch', '', 500, 'SOURCE_INVALID_ANSWER', 'a fault: VersionMismatch'],
    [SUBJECT, '', 500, 'SOURCE_REFUSED', 'a fault: a code no standard names'],
  ])('%s%s with %i is %s', async (code, subcode, status, expected, detail) => {
    host.give({ body: fault(code, subcode), status });
    expect((await host.ask()).failure).toMatchObject({ code: expected, detail });
  });

  test('has words that reach neither answer nor log', async () => {
    host.give({ body: fault('Sender'), status: 400 });
    expect(JSON.stringify([await host.ask(), host.said])).not.toMatch(/ORA-|9199/);
  });

  test('is told from an error page, and from a message with an error status', async () => {
    host.give({ body: '<h1>Internal Server Error</h1>', type: 'text/html', status: 500 });
    expect((await host.ask()).failure?.code).toBe('SOURCE_UNREACHABLE');
    host.give({ body: whole, status: 500 });
    expect((await host.ask()).failure?.code).toBe('SOURCE_UNREACHABLE');
  });

  test('may also be said in the message itself', async () => {
    host.give({ body: whole.replace('0000', '4001') });
    expect((await host.ask()).failure?.code).toBe('SOURCE_REFUSED');
  });
});

describe('over SOAP 1.1', () => {
  let old: AnsweringHost;
  beforeAll(async () => {
    old = await startAnsweringHost((text) => text.replace('UtilityArrearsSoap12', 'UtilityArrearsSoap11'));
  });
  afterAll(() => old.stop());
  const type = 'text/xml; charset=utf-8';
  const as11 = (text: string): string =>
    text.replace(/"[^"]*soap-envelope"/, '"http://schemas.xmlsoap.org/soap/envelope/"');

  test('envelope, media type and action are those of the port', async () => {
    old.give({ body: as11(whole), type });
    expect((await old.ask()).state).toBe('OK');
    const { headers, body } = old.heard.at(-1)!;
    expect(headers).toMatchObject({
      soapaction: '"urn:sandbox:utilities:QueryArrears"',
      'content-type': type,
      accept: 'text/xml',
    });
    expect(body).toContain('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"');
  });

  test.each([
    ['S:Client', 'a fault: Client'],
    ['S:Client.Authentication', 'a fault: Client'],
    ['wsse:FailedAuthentication', 'a fault: FailedAuthentication'],
    [`x:${SUBJECT}`, 'a fault: a code no standard names'],
  ])('the fault %s is a refusal', async (code, detail) => {
    const words = `<S:Fault><faultcode>${code}</faultcode><faultstring>${SUBJECT}</faultstring></S:Fault>`;
    old.give({ body: as11(envelope(words)), type, status: 500 });
    expect((await old.ask()).failure).toMatchObject({ code: 'SOURCE_REFUSED', detail });
  });

  test('an answer of SOAP 1.2 is invalid', async () => {
    old.give({ body: whole, type });
    expect((await old.ask()).failure?.code).toBe('SOURCE_INVALID_ANSWER');
  });
});
