import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, importJWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalBytes } from '../../../gateway/reports/canonical-json.ts';
import { type SignedReport, signReport } from '../../../gateway/reports/sign-report.ts';
import type { ReportSigningKey } from '../../../gateway/reports/signing-key.ts';
import { readKeySet, verifyReport } from '../../../gateway/reports/verify-report.ts';
import { content, newKey } from './fixtures.ts';

let key: ReportSigningKey;
let other: ReportSigningKey;
let signed: SignedReport;
beforeAll(async () => {
  key = await newKey();
  other = await newKey();
  signed = await signReport({ ...content }, key);
});

const verify = (text: string | Buffer, keys = [other.publicKey, key.publicKey]) =>
  verifyReport(Buffer.from(text as string), keys);
const fault = async (text: string | Buffer, keys?: (typeof key.publicKey)[]) => {
  const result = await verify(text, keys);
  return result.genuine ? 'genuine' : result.fault;
};

test('a report as it was issued is genuine, whatever other keys there are', async () => {
  expect(await verify(signed.document)).toMatchObject({
    genuine: true,
    hash: signed.hash,
    keyId: key.publicKey.kid,
    report: { number: content.number },
  });
});

test('any other JWS library verifies it as a compact JWS with the canonical report in between', async () => {
  const { report, signature } = JSON.parse(signed.document) as { report: unknown; signature: string };
  const compact = signature.replace('..', `.${canonicalBytes(report).toString('base64url')}.`);
  const { protectedHeader } = await compactVerify(compact, await importJWK(key.publicKey, 'EdDSA'));
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'credit-report+jws', kid: key.publicKey.kid });
});

test('the commands of docs/reports.md verify it with openssl alone, and fail for a changed one', () => {
  const [, script] = /<!-- by hand -->\n```sh\n([\s\S]*?)```/.exec(readFileSync('docs/reports.md', 'utf8'))!;
  const directory = mkdtempSync(join(tmpdir(), 'by-hand-'));
  try {
    const run = (document: string) => {
      writeFileSync(join(directory, 'report.json'), document);
      writeFileSync(
        join(directory, 'keys.json'),
        JSON.stringify({ keys: [other.publicKey, key.publicKey] }, undefined, 2),
      );
      return spawnSync('bash', ['-c', script!], { cwd: directory, encoding: 'utf8' });
    };
    expect(run(signed.document).stdout).toContain('Signature Verified Successfully');
    expect(run(signed.document.replace('2041', '2042')).status).not.toBe(0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

describe('not genuine, and what was changed is named', () => {
  test('a changed member of the report', async () => {
    const result = await verify(signed.document.replace('"combined":"BARRED"', '"combined":"CLEAR"'));
    expect(result).toMatchObject({ genuine: false, fault: 'REPORT_CHANGED', what: 'changed: verdicts' });
  });

  test('a member that was added or taken away', async () => {
    const file = JSON.parse(signed.document) as { report: Record<string, unknown>; signature: string };
    const without = { ...file.report };
    delete without['sources'];
    const again = (report: unknown) => canonicalBytes({ report, signature: file.signature }).toString();
    expect(await verify(again(without))).toMatchObject({ what: 'changed: sources' });
    expect(await verify(again({ ...file.report, added: 1 }))).toMatchObject({ what: 'changed: added' });
  });

  test('bytes that mean nothing: spaces, another order, a member given twice, an ending', async () => {
    expect(await fault(signed.document.replace('{"report":', '{ "report":'))).toBe('FILE_NOT_AS_ISSUED');
    expect(await fault(`${signed.document}\n`)).toBe('FILE_NOT_AS_ISSUED');
    expect(await fault(signed.document.replace('"keptUntil"', '"keptUntil":"1","keptUntil"'))).toBe(
      'FILE_NOT_AS_ISSUED',
    );
    expect(await fault(`\ufeff${signed.document}`)).toBe('NOT_JSON');
  });

  test('the bits of the last letter of a signature that no decoder reads', async () => {
    const last = signed.document.at(-3)!;
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = letters[letters.indexOf(last) ^ 1]!;
    expect(await fault(`${signed.document.slice(0, -3)}${twin}"}`)).toBe('FILE_NOT_AS_ISSUED');
  });

  test('the signature of another report, or one by a key that calls itself ours', async () => {
    const stranger = await signReport(
      { ...content },
      { ...other, publicKey: { ...other.publicKey, kid: key.publicKey.kid } },
    );
    expect(await fault(stranger.document)).toBe('SIGNATURE_WRONG');
  });

  test('a header that asks for another algorithm, or none', async () => {
    for (const alg of ['none', 'HS256']) {
      const header = Buffer.from(
        JSON.stringify({ alg, typ: 'credit-report+jws', kid: key.publicKey.kid, parts: {} }),
      ).toString('base64url');
      const forged = canonicalBytes({ report: content, signature: `${header}..AA` }).toString();
      expect(await fault(forged)).toBe('SIGNATURE_MALFORMED');
    }
  });

  test('a key nobody has published', async () => {
    expect(await fault(signed.document, [other.publicKey])).toBe('KEY_UNKNOWN');
  });

  test('whatever else a file may hold', async () => {
    for (const text of ['', '{', 'null', '[]', '{"report":{},"signature":""}', '%PDF-1.7']) {
      expect(['NOT_JSON', 'NOT_A_REPORT'], text).toContain(await fault(text));
    }
    expect(await fault(signed.document.replace('采购平台', '\\ud800'))).not.toBe('genuine');
    expect(await fault(Buffer.from([0xff, 0xfe]))).toBe('NOT_JSON');
    expect(await fault(`${'['.repeat(200_000)}`)).toBe('NOT_JSON');
  });
});

test('a key set that is none is refused in words', () => {
  expect(() => readKeySet('nothing')).toThrow('not JSON');
  expect(() => readKeySet('{"keys":[{}]}')).toThrow('not a JSON Web Key Set');
});
