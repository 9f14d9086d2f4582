// Where a source is comes from the environment or from a secret file, never from the manifest itself: a manifest
// is reviewed, committed and copied. Values are never part of a message.
import { type TransportName, protocols as protocolsOf } from './manifest-schema.ts';
import { type Environment, type Found, lookUp } from './secret.ts';

/** Resolves `${NAME}` or `file:/path/to/secret` and checks that the transport can use what is there. */
export function resolveAddress(written: string, transport: TransportName, environment: Environment): Found {
  const found = lookUp(written, environment);
  if (!found.ok) return { ok: false, message: `address: ${found.message}` };
  const protocols = protocolsOf[transport];
  if (protocols.length === 0) return found;
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//.exec(found.value)?.[1];
  if (scheme === undefined || !protocols.includes(scheme)) {
    const accepted = protocols.map((protocol) => `${protocol}//`).join(' or ');
    return { ok: false, message: `address: what ${written} holds does not begin with ${accepted}` };
  }
  if (transport !== 'sql' && !URL.canParse(found.value)) {
    return { ok: false, message: `address: what ${written} holds is not a URL` };
  }
  return found;
}
