// Where a source is comes from the environment or from a secret file, never from the manifest itself: a manifest
// is reviewed, committed and copied. Values are never part of a message.
import { readFileSync } from 'node:fs';
import { type TransportName, protocols as protocolsOf } from './manifest-schema.ts';

export type Address =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

const VARIABLE = /^\$\{([A-Z][A-Z0-9_]*)\}$/;

/** Resolves `${NAME}` or `file:/path/to/secret` and checks that the transport can use what is there. */
export function resolveAddress(
  written: string,
  transport: TransportName,
  environment: Readonly<Record<string, string | undefined>>,
): Address {
  const found = lookUp(written, environment);
  if (!found.ok) return found;
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

function lookUp(written: string, environment: Readonly<Record<string, string | undefined>>): Address {
  const variable = VARIABLE.exec(written)?.[1];
  if (variable !== undefined) {
    const value = environment[variable]?.trim();
    return value === undefined || value === ''
      ? { ok: false, message: `address: set ${variable}` }
      : { ok: true, value };
  }
  if (written.startsWith('file:/')) {
    const path = written.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
    try {
      const value = readFileSync(path, 'utf8').trim();
      return value === '' ? { ok: false, message: `address: ${path} is empty` } : { ok: true, value };
    } catch {
      return { ok: false, message: `address: cannot read ${path}` };
    }
  }
  return {
    ok: false,
    message: 'address: a manifest never holds an address or a secret; write ${NAME} or file:/path/to/secret',
  };
}
