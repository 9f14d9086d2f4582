// The key that signs reports: Ed25519, known by the thumbprint of its public half (RFC 7638), so that whoever has the
// key set needs no list of names.
import { type KeyObject, createPublicKey } from 'node:crypto';
import { type JWK, calculateJwkThumbprint, exportJWK } from 'jose';
import { loadOrCreateSigningKey } from '../audit/checkpoint.ts';

/** The public half as a JWK with `kid`, `alg` and `use`. */
export type ReportKey = JWK & { readonly kid: string };

export interface ReportSigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: ReportKey;
}

/** Of a PEM file (PKCS8, 0600), made on first use. @throws AuditError AUDIT_KEY_UNSAFE as for the audit's key */
export async function loadReportSigningKey(file: string): Promise<ReportSigningKey> {
  const privateKey = await loadOrCreateSigningKey(file);
  const { kty, crv, x } = await exportJWK(createPublicKey(privateKey));
  const kid = await calculateJwkThumbprint({ kty: kty!, crv: crv!, x: x! });
  return { privateKey, publicKey: { kty: kty!, crv: crv!, x: x!, kid, alg: 'EdDSA', use: 'sig' } };
}
