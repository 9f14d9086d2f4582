// A SOAP service for agencies of the sandbox, by npm `soap`: its own reader of WSDL and XML, none of ours, so that what
// the gateway says is understood by somebody else. The HTTP side is agency-server.ts's.
import { timingSafeEqual } from 'node:crypto';
import {
  type IServerOptions,
  type IServices,
  type ISoapFault,
  type ISoapFaultError,
  type Server,
  listen,
  passwordDigest,
} from 'soap';
import type { About, AgencyAnswer, AgencyRequest, Asked } from './agency-server.ts';

export interface SoapServiceOptions {
  readonly wsdl: string;
  /** Path of the port; it decides the version, as the WSDL has it. */
  readonly path: string;
  readonly service: string;
  readonly port: string;
  readonly version: '1.1' | '1.2';
  readonly operations: Readonly<Record<string, Operation>>;
  /** Who may ask, where not everybody may. */
  readonly user?: { readonly username: string; readonly password: string };
}

/** Arguments as the WSDL names them; returns the members of the answer's message. */
export type Operation = (given: Readonly<Record<string, unknown>>, call: OperationCall) => object;

export interface OperationCall {
  readonly about: About;
  readonly asOf: string;
  /** Enters the call into the agency's journal. */
  readonly record: (asked: Asked) => void;
}

/** Answers requests as `startAgency` hands them over. */
export async function openSoapService(
  options: SoapServiceOptions,
): Promise<(request: AgencyRequest) => Promise<AgencyAnswer>> {
  const { wsdl, path, service, port, version, operations, user } = options;
  const calls = new Map<string, { readonly request: AgencyRequest; readonly asked: Asked[] }>();
  const handlers = Object.entries(operations).map(([name, operation]) => [
    name,
    (given: Readonly<Record<string, unknown>>, _done: unknown, _headers: unknown, from: Serverless) => {
      const { request, asked } = calls.get(from.headers['x-call']!)!;
      const { about, asOf } = request;
      return withoutNulls(operation(given, { about, asOf, record: (one) => void asked.push(one) }));
    },
  ]);
  const server = await serverless({
    path,
    xml: wsdl,
    services: { [service]: { [port]: Object.fromEntries(handlers) as IServices[string][string] } },
    forceSoap12Headers: version === '1.2',
    // Faults tell no place in our code.
    suppressStack: true,
  });
  if (user !== undefined) {
    server.authenticate = (security: unknown) => {
      if (!isUser(security, user)) throw new Refusal(version);
      return true;
    };
  }
  const media = version === '1.1' ? 'text/xml; charset=utf-8' : 'application/soap+xml; charset=utf-8';
  let last = 0;

  return async (request) => {
    const id = String((last += 1));
    const asked: Asked[] = [];
    calls.set(id, { request, asked });
    try {
      const headers = { ...request.headers, 'x-call': id };
      const answer = await server.processRequest(request.body, {
        url: request.path,
        method: request.method,
        headers,
      });
      return { status: answer.statusCode, media, body: answer.body, asked };
    } finally {
      calls.delete(id);
    }
  };
}

/** Without a port of its own, and ready: it reads its WSDL in the background. */
function serverless(options: IServerOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    listen(null, {
      ...options,
      callback: (error: Error | null, server: Server) => (error ? reject(error) : resolve(server)),
    });
  });
}

/** Elements without a value are left out: npm `soap` writes `xsi:nil` without saying what `xsi` is. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(members.map(([name, inner]) => [name, withoutNulls(inner)]));
}

interface Serverless {
  readonly headers: Readonly<Record<string, string>>;
}

interface Token {
  readonly UsernameToken?: {
    readonly Username?: unknown;
    readonly Password?: { readonly $value?: unknown; readonly attributes?: { readonly Type?: string } };
    readonly Nonce?: { readonly $value?: unknown } | string;
    readonly Created?: unknown;
  };
}

function isUser(security: unknown, user: NonNullable<SoapServiceOptions['user']>): boolean {
  const token = (security as Token | undefined)?.UsernameToken;
  const nonce = typeof token?.Nonce === 'object' ? token.Nonce.$value : token?.Nonce;
  const digested = token?.Password?.attributes?.Type?.endsWith('#PasswordDigest') === true;
  const wanted = digested
    ? passwordDigest(String(nonce), String(token?.Created), user.password)
    : user.password;
  return token?.Username === user.username && same(String(token.Password?.$value), wanted);
}

function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A fault in the words of WS-Security. */
class Refusal extends Error implements ISoapFaultError {
  readonly Fault: ISoapFault;

  constructor(version: '1.1' | '1.2') {
    super('The security token could not be authenticated');
    this.Fault = refusal(version, this.message);
  }
}

function refusal(version: '1.1' | '1.2', text: string): ISoapFault {
  return version === '1.1'
    ? { faultcode: 'wsse:FailedAuthentication', faultstring: text, statusCode: 500 }
    : {
        Code: { Value: 'soap:Sender', Subcode: { Value: 'wsse:FailedAuthentication' } },
        Reason: { Text: text },
        statusCode: 400,
      };
}
