// The WSDL of the soap benches: two operations, bound to SOAP 1.1 and 1.2. All is in one namespace, for npm `soap` puts
// elements of a second one into the first; test/connectors/soap has answers of other makers.
const COLUMNS = ['code', 'doc', 'amt', 'day', 'st'];

const query = (name: string): string => `
      <xs:element name="${name}">
        <xs:complexType><xs:sequence>
          <xs:element name="query"><xs:complexType><xs:sequence>
            <xs:element name="code" type="xs:string" maxOccurs="unbounded"/>
            <xs:element name="column" type="xs:string" maxOccurs="unbounded"/>
            <xs:element name="without" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
          </xs:sequence></xs:complexType></xs:element>
        </xs:sequence></xs:complexType>
      </xs:element>
      <xs:element name="${name}Response">
        <xs:complexType><xs:sequence>
          <xs:element name="asOf" type="xs:dateTime"/>
          <xs:element name="result" type="t:Result"/>
        </xs:sequence></xs:complexType>
      </xs:element>`;

const binding = (name: string, prefix: string): string => `
  <binding name="${name}" type="t:Probe">
    <${prefix}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>${[
      'Listings',
      'Awards',
    ]
      .map(
        (operation) => `
    <operation name="${operation}">
      <${prefix}:operation soapAction="urn:probe/${operation}"/>
      <input><${prefix}:body use="literal"/></input>
      <output><${prefix}:body use="literal"/></output>
    </operation>`,
      )
      .join('')}
  </binding>`;

export const probeWsdl = `<?xml version="1.0" encoding="UTF-8"?>
<definitions name="Probe" targetNamespace="urn:probe" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:probe"
    xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">
  <types>
    <xs:schema targetNamespace="urn:probe" elementFormDefault="qualified">
      <xs:complexType name="Result"><xs:sequence>
        <xs:element name="row" type="t:Row" minOccurs="0" maxOccurs="unbounded"/>
      </xs:sequence></xs:complexType>
      <xs:complexType name="Row"><xs:sequence>${COLUMNS.map(
        (column) => `
        <xs:element name="${column}" type="xs:string" minOccurs="0" nillable="true"/>`,
      ).join('')}
      </xs:sequence></xs:complexType>
${query('Listings')}${query('Awards')}
    </xs:schema>
  </types>${['Listings', 'Awards']
    .map(
      (operation) => `
  <message name="${operation}"><part name="parameters" element="t:${operation}"/></message>
  <message name="${operation}Response"><part name="parameters" element="t:${operation}Response"/></message>`,
    )
    .join('')}
  <portType name="Probe">${['Listings', 'Awards']
    .map(
      (operation) => `
    <operation name="${operation}">
      <input message="t:${operation}"/>
      <output message="t:${operation}Response"/>
    </operation>`,
    )
    .join('')}
  </portType>${binding('Soap11', 'soap')}${binding('Soap12', 'soap12')}
  <service name="ProbeService">
    <port name="ProbeSoap11" binding="t:Soap11"><soap:address location="http://probe.invalid/soap11"/></port>
    <port name="ProbeSoap12" binding="t:Soap12"><soap12:address location="http://probe.invalid/soap12"/></port>
  </service>
</definitions>
`;
