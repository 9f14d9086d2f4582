// Canonical JSON (RFC 8785): the same document is the same bytes, whoever writes it.
import canonicalize from 'canonicalize';

/** UTF-8. @throws Error on what JSON cannot hold: a lone surrogate, NaN, nothing at all */
export function canonicalBytes(value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('there is no JSON for this');
  return Buffer.from(text, 'utf8');
}
