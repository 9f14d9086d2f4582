#!/bin/sh
# fast-jwt 6.3.6 beside jose 6.2.15, Node 20. RFC 9864 gives the signature over Ed25519 a name of its own, `Ed25519`, and retires
# `EdDSA`; oidc-provider 9.13 signs under it. The signature is the same, only the header's word differs.
# Expected: one token, verified by the same key under both names. Seen: fast-jwt verifies `EdDSA` and refuses `Ed25519` as
# FAST_JWT_INVALID_ALGORITHM, before the signature is looked at; jose verifies both.
# Exit code 0: still so. 1: it behaves otherwise now.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund fast-jwt@6.3.6 jose@6.2.15 >/dev/null
cat >run.mjs <<'JS'
import { generateKeyPairSync, sign } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const verify = createVerifier({ key: publicKey.export({ format: 'pem', type: 'spki' }) });
const seen = [];
for (const alg of ['EdDSA', 'Ed25519']) {
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode({ sub: 'x' })}`;
  const token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  const verdict = async (ask) => {
    try {
      await ask();
      return 'verified';
    } catch (error) {
      return error.code;
    }
  };
  seen.push(`${alg}: fast-jwt ${await verdict(() => verify(token))}, jose ${await verdict(() => jwtVerify(token, publicKey))}`);
}
const noted = [
  'EdDSA: fast-jwt verified, jose verified',
  'Ed25519: fast-jwt FAST_JWT_INVALID_ALGORITHM, jose verified',
];
console.log(seen.join('\n'));
process.exitCode = JSON.stringify(seen) === JSON.stringify(noted) ? 0 : 1;
JS
node run.mjs
