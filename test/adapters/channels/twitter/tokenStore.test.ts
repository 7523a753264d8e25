import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TokenStore } from '../../../../adapters/channels/twitter/api/tokenStore.js';
import { Transport } from '../../../../adapters/channels/twitter/api/transport.js';
import { observers } from '../../../conformance/channel.js';
import { FakeX } from './fakeX.js';

describe('twitter: tokens of OAuth 2', () => {
  let x: FakeX;
  let folder: string;
  let tokenFile: string;
  let given: number;

  beforeEach(async () => {
    x = await FakeX.listen();
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    tokenFile = join(folder, 'x-token.json');
    given = 0;
    x.answers.set('POST /2/oauth2/token', ({ body }) => {
      // As X does: each refresh token once.
      const expected = given === 0 ? 'awal' : `segar-${given}`;
      if (new URLSearchParams(body).get('refresh_token') !== expected)
        return { status: 400, body: { error: 'invalid_request' } };
      given += 1;
      return { body: { access_token: `masuk-${given}`, refresh_token: `segar-${given}`, token_type: 'bearer' } };
    });
  });

  afterEach(async () => {
    await x.close();
    rmSync(folder, { recursive: true });
  });

  function open(mayRenew = true): TokenStore {
    const config = { clientId: 'klien', clientSecret: 'rahasia', refreshToken: 'awal', tokenFile };
    return new TokenStore(config, new Transport(x.url, 2_000), observers([]).log, mayRenew);
  }

  it('begins with the refresh token of the config, and stores what it gets where only we may read', async () => {
    const store = open();
    expect(await store.accessToken()).to.equal('');
    expect(await store.renew('')).to.deep.equal({ ok: true });
    expect(await store.accessToken()).to.equal('masuk-1');
    expect(JSON.parse(readFileSync(tokenFile, 'utf8'))).to.deep.equal({
      accessToken: 'masuk-1',
      refreshToken: 'segar-1',
    });
    expect(statSync(tokenFile).mode & 0o777).to.equal(0o600);
  });

  it('names the client as X wants it', async () => {
    await open().renew('');
    const [request] = x.to('POST', '/2/oauth2/token');
    expect(request?.headers.authorization).to.equal(`Basic ${Buffer.from('klien:rahasia').toString('base64')}`);
    expect(request?.headers['content-type']).to.include('application/x-www-form-urlencoded');
  });

  it('uses a refresh token once, however many ask at the same time', async () => {
    const store = open();
    const renewals = await Promise.all(Array.from({ length: 20 }, () => store.renew('')));
    expect(renewals.every(({ ok }) => ok)).to.equal(true);
    expect(x.to('POST', '/2/oauth2/token')).to.have.length(1);
  });

  it('goes on after a restart with what is stored', async () => {
    await open().renew('');
    const store = open();
    expect(await store.accessToken()).to.equal('masuk-1');
    expect(await store.renew('masuk-1')).to.deep.equal({ ok: true });
    expect(await store.accessToken()).to.equal('masuk-2');
  });

  it('takes what another process got meanwhile, and asks for nothing', async () => {
    const one = open();
    const other = open();
    await one.renew('');
    expect(await other.renew('')).to.deep.equal({ ok: true });
    expect(await other.accessToken()).to.equal('masuk-1');
    expect(x.to('POST', '/2/oauth2/token')).to.have.length(1);
  });

  it('waits for a process that is renewing', async () => {
    writeFileSync(`${tokenFile}.lock`, '');
    expect(await open().renew('')).to.deep.equal({ ok: false, cause: 'another process is renewing the token' });
    expect(x.requests).to.have.length(0);
  });

  it('uses no token that it could not store', async () => {
    // A folder where the file should be: also root can't write over it.
    mkdirSync(join(tokenFile, 'x'), { recursive: true });
    const renewal = await open().renew('');
    expect(renewal.ok).to.equal(false);
    expect(x.requests).to.have.length(0);
  });

  it('writes later what X gave and the disk did not take, for X gives it once', async () => {
    mkdirSync(`${tokenFile}.new`);
    const store = open();
    expect((await store.renew('')).ok).to.equal(false);
    expect(await store.accessToken(), 'before it is stored').to.equal('');
    rmSync(`${tokenFile}.new`, { recursive: true });
    expect(await store.renew('')).to.deep.equal({ ok: true });
    expect(x.to('POST', '/2/oauth2/token')).to.have.length(1);
    expect(JSON.parse(readFileSync(tokenFile, 'utf8'))).to.deep.equal({
      accessToken: 'masuk-1',
      refreshToken: 'segar-1',
    });
  });

  it('tells a folder that takes no file from another process that is renewing', async () => {
    writeFileSync(join(folder, 'file'), '');
    tokenFile = join(folder, 'file', 'x-token.json');
    const renewal = await open().renew('');
    expect(renewal.ok ? '' : renewal.cause).to.include('nothing can be written');
  });

  it('says what to do when the family of tokens has ended', async () => {
    given = 7;
    const renewal = await open().renew('');
    expect(renewal.ok ? '' : renewal.cause).to.include('log in again');
  });

  it('renews nothing beside a gateway that does', async () => {
    const renewal = await open(false).renew('');
    expect(renewal.ok).to.equal(false);
    expect(x.requests).to.have.length(0);
  });
});
