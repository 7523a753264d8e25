import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { Client } from 'pg';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { PostgresServer } from '../../../../scripts/postgres/server.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import type { Store } from '../../../../src/ports/store.js';
import { smsPart, startMs } from '../../../fakes/parts.js';
import { CertificateMaker } from '../../channels/smpp/certificates.js';

function open(url: string): Promise<Store> {
  const limits = { poolMax: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 };
  return openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway' });
}

describe('PostgreSQL over TLS', () => {
  let certificates: CertificateMaker;
  let others: CertificateMaker;
  let server: PostgresServer;

  before(async () => {
    certificates = await CertificateMaker.create();
    others = await CertificateMaker.create();
    const tls = await certificates.issue('database', 'IP:127.0.0.1');
    server = await PostgresServer.start({ parentFolder: tmpdir(), tls });
  });

  after(async () => {
    await server.stop();
    await certificates.close();
    await others.close();
  });

  const verified = (ca: CertificateMaker): string =>
    `${server.url()}?sslmode=verify-full&sslrootcert=${encodeURIComponent(ca.ca.certFile)}`;

  it('encrypts each connection of a store, and takes what it is given', async () => {
    const store = await open(verified(certificates));
    let told = 0;
    try {
      await new Promise<void>((resolve) => {
        store.onHint?.(() => {
          told += 1;
          resolve();
        });
      });
      const batch = { channelId: 'telkomsel', medium: 'sms', parts: [smsPart()], joinUntilMs: startMs };
      expect(await store.acceptParts(batch)).to.include({ reports: 1 });
      expect(told, 'listens as well').to.equal(1);
      expect(await encryption()).to.deep.equal([true]);
    } finally {
      await store.close();
    }
  });

  it('refuses a server whose certificate another authority signed', async () => {
    const refused = await open(verified(others)).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
    expect(String(refused)).to.match(/certificate/i);
  });

  it('refuses a server that goes by another name', async () => {
    const refused = await open(verified(certificates).replace('127.0.0.1', 'localhost')).catch(
      (error: unknown) => error,
    );
    expect(String(refused)).to.match(/localhost|altnames/i);
  });

  /** Whether the gateway's connections are encrypted: each kind of answer once. */
  async function encryption(): Promise<boolean[]> {
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    try {
      const { rows } = await client.query<{ ssl: boolean }>(
        `SELECT DISTINCT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
         WHERE a.application_name = 'lapor-gateway'`,
      );
      return rows.map(({ ssl }) => ssl);
    } finally {
      await client.end();
    }
  }
});
