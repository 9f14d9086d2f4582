import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { passwordDigest } from '../../../connectors/soap/username-token.ts';
import { readWsdl } from '../../../connectors/soap/wsdl.ts';
import { loadEdited } from './answering-host.ts';

const problemsOf = (...edits: Parameters<typeof loadEdited>): readonly string[] =>
  loadEdited(...edits).problems.map(({ message, suggestion }) =>
    suggestion === undefined ? message : `${message} (${suggestion})`,
  );
const asIs = (text: string): string => text;
const replacing =
  (from: string | RegExp, to: string) =>
  (text: string): string => {
    const edited = text.replace(from, to);
    expect(edited, String(from)).not.toBe(text);
    return edited;
  };

test('the stored manifest of the utilities fits its WSDL', () => {
  expect(problemsOf(asIs)).toEqual([]);
});

test('the example of docs/manifests.md is a manifest', () => {
  const page = readFileSync('docs/manifests.md', 'utf8');
  const [, example] = /<!-- example: soap -->\n```yaml\n([\s\S]*?)```/.exec(page)!;
  const edit = (text: string): string =>
    `${text.replace(/transport: soap\naddress[^\n]*\n/, '').replace(/^soap:\n(?: .*\n)*/m, '')}${example}`;
  expect(problemsOf(edit)).toEqual([]);
  expect(parse(edit(readFileSync('connectors/sources/utilities.yaml', 'utf8')))).toMatchObject(
    parse(example!),
  );
});

test.each([
  [
    'service: UtilityArrearsService',
    'service: UtilityArrearService',
    'soap.operation: the WSDL has no service UtilityArrearService; it has UtilityArrearsService (UtilityArrearsService)',
  ],
  [
    'port: UtilityArrearsSoap12',
    'port: Soap',
    'soap.operation: the WSDL has no port Soap; it has UtilityArrearsSoap11, UtilityArrearsSoap12',
  ],
  [
    'operation: QueryArrears',
    'operation: QueryArrear',
    'soap.operation: the WSDL has no operation QueryArrear; it has QueryArrears (QueryArrears)',
  ],
  [
    'query/subjectCode',
    'query/subjectCodes',
    'soap.keys.at: query has no element subjectCodes in the WSDL (subjectCode)',
  ],
  [
    'items: arrear',
    'items: arrears',
    'soap.envelope: QueryArrearsResponse has no element arrears in the WSDL (arrear)',
  ],
  [
    'billNumber: billNo',
    'billNumber: billNumber',
    'records.UtilityArrear.fields.billNumber: arrear has no element billNumber in the WSDL',
  ],
  [
    'column: subjectCode',
    'column: subjectcode',
    'records.UtilityArrear.subjects.Organization: arrear has no element subjectcode in the WSDL (subjectCode)',
  ],
  ['wsdl: utilities.wsdl', 'wsdl: other.wsdl', 'soap.wsdl: other.wsdl: cannot be read'],
  [
    "password: '${UTILITIES_PASSWORD}'",
    'password: in-the-open',
    'soap.security.password: a manifest never holds an address or a secret; write ${NAME} or file:/path/to/secret',
  ],
])('%s → %s is refused at the start', (from, to, problem) => {
  expect(problemsOf(replacing(from, to))).toContain(problem);
});

test('a password as text goes over https, or nowhere off this machine', () => {
  const text = replacing(
    "password: '${UTILITIES_PASSWORD}'",
    "password: '${UTILITIES_PASSWORD}', type: text",
  );
  expect(problemsOf(text, asIs, { UTILITIES_URL: 'http://utilities.invalid/' })).toEqual([
    'soap.security.type: the address must be https:// to carry a password as text; write digest (digest)',
  ]);
  expect(problemsOf(text, asIs, { UTILITIES_URL: 'https://utilities.invalid/' })).toEqual([]);
});

test.each([
  [
    'a DOCTYPE',
    replacing('<definitions', '<!DOCTYPE x><definitions'),
    'soap.wsdl: utilities.wsdl: a DOCTYPE',
  ],
  [
    'rpc',
    replacing(/style="document"/g, 'style="rpc"'),
    'soap.operation: operation QueryArrears is rpc, not document/literal',
  ],
  [
    'encoded',
    replacing(/use="literal"/g, 'use="encoded"'),
    'soap.operation: operation QueryArrears is encoded, not document/literal',
  ],
  [
    'an import from an address',
    replacing('<types>', '<import namespace="urn:x" location="http://127.0.0.1:9/x.wsdl"/><types>'),
    'soap.wsdl: imports from an address: store the file beside the WSDL and import it by its name',
  ],
  [
    'a file outside the folder',
    replacing('<types>', '<import namespace="urn:x" location="../../schema/x.wsdl"/><types>'),
    expect.stringMatching(/^soap\.wsdl: .*outside/),
  ],
  [
    'one key a call',
    replacing('maxOccurs="200"', ''),
    'soap.keys.at: query/subjectCode does not repeat in the WSDL: one value a call (max: 1)',
  ],
  [
    'something nobody supplies',
    replacing(
      '<xs:element name="subjectCode" type="xs:string" maxOccurs="200"/>',
      '$&<xs:element name="operator" type="xs:string"/>',
    ),
    'soap.constants: the WSDL demands query/operator: give it a value under constants',
  ],
])('a WSDL with %s is refused with its reason', (_title, wsdl, problem) => {
  expect(problemsOf(asIs, wsdl)).toContainEqual(problem);
});

test('schemas beside the WSDL are read, with what they include and extend', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wsdl-'));
  const schema = (inside: string, attributes = ''): string =>
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:a="urn:a" ${attributes}>${inside}</xs:schema>`;
  writeFileSync(
    join(folder, 'x.wsdl'),
    `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types>${schema('<xs:import namespace="urn:a" schemaLocation="a.xsd"/>')}</types></definitions>`,
  );
  writeFileSync(
    join(folder, 'a.xsd'),
    schema(
      `<xs:include schemaLocation="b.xsd"/><xs:element name="root"><xs:complexType><xs:complexContent>
       <xs:extension base="a:Base"><xs:sequence><xs:element name="own" form="unqualified"/></xs:sequence></xs:extension>
       </xs:complexContent></xs:complexType></xs:element>`,
      'targetNamespace="urn:a" elementFormDefault="qualified"',
    ),
  );
  writeFileSync(
    join(folder, 'b.xsd'),
    schema(
      `<xs:complexType name="Base"><xs:choice><xs:element name="one"/><xs:element name="many" maxOccurs="unbounded"/></xs:choice>
       <xs:attribute name="at" use="required"/></xs:complexType>`,
      'elementFormDefault="qualified"',
    ),
  );
  const content = readWsdl(folder, 'x.wsdl').schemas.element({ uri: 'urn:a', local: 'root' })!.content();
  expect(
    content.elements.map(({ uri, local, required, repeats }) => [uri, local, required, repeats]),
  ).toEqual([
    ['urn:a', 'one', false, false],
    ['urn:a', 'many', false, true],
    ['', 'own', true, false],
  ]);
  expect(content.attributes).toEqual([{ uri: '', local: 'at', required: true }]);
});

test('a digest is what the profile lays down', () => {
  // Base64(SHA-1(nonce + created + password)), computed with openssl.
  const nonce = Buffer.from('WScqanjCEAC4mQoBE07sAQ==', 'base64');
  expect(passwordDigest('taadtaadpstcsm', '2003-07-16T01:24:32Z', nonce)).toBe(
    'AtYMdWClJo7PIuTpqmhmEEoEZyc=',
  );
});
