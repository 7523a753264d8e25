import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key: the names of the files, and what is in them. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A small CA of the tests' own, made by the openssl command. */
export class CertificateMaker {
  readonly #folder: string;
  readonly ca: Certificate;

  private constructor(folder: string, ca: Certificate) {
    this.#folder = folder;
    this.ca = ca;
  }

  static async create(): Promise<CertificateMaker> {
    const folder = await mkdtemp(join(tmpdir(), 'lapor-tls-'));
    const [certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
    const subject = ['-subj', '/CN=Test CA', '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE'];
    await run('openssl', ['req', '-x509', ...newKey, '-keyout', keyFile, '-out', certFile, ...subject]);
    return new CertificateMaker(folder, await read(certFile, keyFile));
  }

  /** @param altName `DNS:smsc.example` or `IP:127.0.0.1`; @param days negative for one that has expired */
  async issue(name: string, altName: string, days = 30): Promise<Certificate> {
    const file = (ending: string) => join(this.#folder, `${name}.${ending}`);
    const [certFile, keyFile] = [file('pem'), file('key')];
    await run('openssl', ['req', ...newKey, '-keyout', keyFile, '-out', file('csr'), '-subj', `/CN=${name}`]);
    await writeFile(file('ext'), `subjectAltName=${altName}\n`);
    const signing = ['-CA', this.ca.certFile, '-CAkey', this.ca.keyFile, '-CAcreateserial', '-extfile', file('ext')];
    await run('openssl', ['x509', '-req', '-in', file('csr'), '-out', certFile, '-days', String(days), ...signing]);
    return read(certFile, keyFile);
  }

  async encryptedKey({ keyFile }: Certificate, passphrase: string): Promise<string> {
    const encrypted = `${keyFile}.encrypted`;
    await run('openssl', ['pkcs8', '-topk8', '-in', keyFile, '-out', encrypted, '-passout', `pass:${passphrase}`]);
    return encrypted;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function read(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certFile, keyFile, cert, key };
}
