import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { twitterAdapter } from '../../../../adapters/channels/twitter/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { type FakeAnswer, FakeX } from './fakeX.js';

const oauth1 = {
  consumerKey: 'KUNCI-APLIKASI',
  consumerSecret: 'RAHASIA-APLIKASI',
  accessToken: 'TOKEN-AKUN',
  accessTokenSecret: 'RAHASIA-AKUN',
  bearerToken: 'TOKEN-PEMBAWA',
};
const oauth2 = { clientId: 'klien', clientSecret: 'RAHASIA-KLIEN', refreshToken: 'SEGAR-AWAL' };
/** What X gives in exchange. */
const renewed = { access_token: 'MASUK-BARU', refresh_token: 'SEGAR-BARU' };
const secrets = [...Object.values(oauth1), oauth2.clientSecret, oauth2.refreshToken, ...Object.values(renewed)];

const deaf: FakeAnswer = (response) => response.destroy();
/** As proxies do that show what they were asked. */
const echoing = ({ headers, body }: { headers: object; body: string }): FakeAnswer => ({
  status: 401,
  body: { title: 'Unauthorized', detail: `you sent ${JSON.stringify(headers)} ${body}`, status: 401 },
});

const whoAmI = 'GET /2/users/me';
const tokenPath = 'POST /2/oauth2/token';

interface Case {
  readonly label: string;
  readonly keys: 'oauth1' | 'oauth2';
  arm(x: FakeX, tokenFile: string): void;
  readonly told: RegExp;
}

const cases: readonly Case[] = [
  {
    label: 'X refuses them, and shows what it was sent',
    keys: 'oauth1',
    arm: (x) => x.answers.set(whoAmI, echoing),
    told: /does not take our credentials/,
  },
  {
    label: 'the connection breaks',
    keys: 'oauth1',
    arm: (x) => x.answers.set(whoAmI, () => deaf),
    told: /the connection to X broke/,
  },
  {
    label: 'the exchange of tokens is refused with an echo',
    keys: 'oauth2',
    arm: (x) => {
      x.answers.set(whoAmI, echoing);
      x.answers.set(tokenPath, echoing);
    },
    told: /X gave no new token/,
  },
  {
    label: 'the exchange breaks off',
    keys: 'oauth2',
    arm: (x) => {
      x.answers.set(whoAmI, echoing);
      x.answers.set(tokenPath, () => deaf);
    },
    told: /the access token is not renewed/,
  },
  {
    label: 'the token file is spoiled',
    keys: 'oauth2',
    arm: (_x, tokenFile) => writeFileSync(tokenFile, '{"accessToken":"MASUK-BARU","refreshToken":"SEGAR-BARU"'),
    told: /does not hold tokens/,
  },
  {
    label: 'the token file has the wrong shape',
    keys: 'oauth2',
    arm: (_x, tokenFile) => writeFileSync(tokenFile, JSON.stringify(renewed)),
    told: /does not hold tokens/,
  },
  {
    label: 'the new token cannot be written',
    keys: 'oauth2',
    arm: (x, tokenFile) => {
      x.answers.set(whoAmI, echoing);
      x.answers.set(tokenPath, () => ({ body: renewed }));
      mkdirSync(`${tokenFile}.new`);
    },
    told: /the access token is not renewed/,
  },
];

describe('twitter: no secret is told', () => {
  let x: FakeX;
  let folder: string;
  let tokenFile: string;
  let end: () => Promise<void> = () => Promise.resolve();

  beforeEach(async () => {
    x = await FakeX.listen();
    folder = mkdtempSync(join(tmpdir(), 'x-secrets-'));
    tokenFile = join(folder, 'token.json');
  });

  afterEach(async () => {
    await end();
    await x.close();
    rmSync(folder, { recursive: true });
  });

  function begin(keys: Case['keys'], observed: string[]): Channel {
    const given = keys === 'oauth1' ? oauth1 : { ...oauth2, tokenFile };
    const parsed = twitterAdapter.parseConfig({ handle: 'lapor1708', apiUrl: x.url, pollSeconds: 0.02, ...given });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(twitterAdapter.secrets(parsed.config)).to.include.members(
      Object.values(given).filter((value) => /^[A-Z-]+$/.test(value)),
    );
    const channel = twitterAdapter.create(parsed.config, { id: 'twitter', webhookUrl: null, ...observers(observed) });
    const stop = new AbortController();
    const running = channel.run(new ScriptedInbox(), stop.signal);
    end = async () => {
      stop.abort();
      await running;
    };
    return channel;
  }

  for (const c of cases) {
    it(`when ${c.label}`, async () => {
      const observed: string[] = [];
      c.arm(x, tokenFile);
      const channel = begin(c.keys, observed);
      const all = () => JSON.stringify([observed, channel.health()]);
      await x.until('it is told', () => c.told.test(all()));
      const reply = { id: 'r', to: '7', text: 'ya', kind: 'acknowledgement', inReplyTo: '9' } as const;
      observed.push(JSON.stringify(await channel.send(reply, steadyNowMs() + 1_000)));
      const told = all();
      await end();
      for (const secret of secrets) expect(told).to.not.include(secret);
    });
  }
});
