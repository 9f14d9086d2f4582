// What a SOAP fault means to us. Of its words only codes that the standards name are kept; everything else may hold
// identifiers.
import { SourceError } from '../source-error.ts';

/** We and the service do not agree on the protocol: asking again the same way is of no use. */
const DISAGREEMENTS = new Set(['VersionMismatch', 'MustUnderstand', 'DataEncodingUnknown']);

const CODES = new Set([
  ...DISAGREEMENTS,
  ...['Client', 'Server', 'Sender', 'Receiver'],
  // WS-Security, in the place of the code (1.1) or below it (1.2).
  ...['UnsupportedSecurityToken', 'UnsupportedAlgorithm', 'InvalidSecurity', 'InvalidSecurityToken'],
  ...['FailedAuthentication', 'FailedCheck', 'SecurityTokenUnavailable'],
]);

/** The failure for the log and the contract. */
export function refuseFault({
  code,
  subcode,
}: {
  readonly code: unknown;
  readonly subcode: unknown;
}): SourceError {
  const named = [code, subcode].filter((one) => typeof one === 'string' && CODES.has(outermost(one)));
  const what = named.map((one) => outermost(one as string)).join(' ');
  const detail = `a fault: ${what === '' ? 'a code no standard names' : what}`;
  return DISAGREEMENTS.has(outermost(code))
    ? new SourceError('SOURCE_INVALID_ANSWER', detail)
    : new SourceError('SOURCE_REFUSED', detail);
}

/** SOAP 1.1 refines a code behind a dot: Client.Authentication. */
function outermost(code: unknown): string {
  return typeof code === 'string' ? code.split('.', 1)[0]! : '';
}
