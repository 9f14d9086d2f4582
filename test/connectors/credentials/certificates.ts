// Certificates of one test run, made by the OpenSSL of this machine: an authority, a server on loopback, clients.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of PEM files and their text. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  issue(name: string, options?: { readonly server?: boolean; readonly passphrase?: string }): Pair;
}

export interface Certificates {
  authority(name: string): Authority;
  remove(): void;
}

export function openCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...options: string[]): void => {
    execFileSync('openssl', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const pairAt = (name: string): Pair => {
    const [certFile, keyFile] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  };
  const paths = (name: string) => ({
    key: join(directory, `${name}.key`),
    crt: join(directory, `${name}.crt`),
    csr: join(directory, `${name}.csr`),
    ext: join(directory, `${name}.ext`),
  });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

  const authority = (name: string): Authority => {
    const own = paths(name);
    openssl(
      'req',
      '-x509',
      ...curve,
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      own.key,
      '-out',
      own.crt,
    );
    const issue: Authority['issue'] = (subject, { server = false, passphrase } = {}) => {
      const { key, crt, csr, ext } = paths(subject);
      const lock = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
      openssl('req', ...curve, ...lock, '-subj', `/CN=${subject}`, '-keyout', key, '-out', csr);
      writeFileSync(
        ext,
        server ? 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' : 'extendedKeyUsage=clientAuth\n',
      );
      openssl(
        ...['x509', '-req', '-in', csr, '-CA', own.crt, '-CAkey', own.key, '-CAcreateserial'],
        ...['-days', '2', '-extfile', ext, '-out', crt],
      );
      return pairAt(subject);
    };
    return { ...pairAt(name), issue };
  };
  return { authority, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
