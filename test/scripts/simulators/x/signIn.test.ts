import { Agent } from 'node:http';
import { expect } from 'chai';
import { TwitterApi } from 'twitter-api-v2';
import { demoCredentials, startX } from '../../../../scripts/simulators/x/index.js';
import { type Called, type Rig, rig } from './client.js';

describe('simulated X: who calls, and how often', () => {
  let sim: Rig;

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(() => sim.close());

  const put = (path: string, json: unknown) => sim.control(path, { method: 'PUT', json });

  async function code(request: Promise<unknown>): Promise<unknown> {
    return request.then(
      () => 200,
      (error: unknown) => (error as { code: unknown }).code,
    );
  }

  describe('OAuth 1.0a', () => {
    const wrong: ReadonlyArray<{ label: string; secrets: Partial<typeof demoCredentials>; reason: RegExp }> = [
      { label: 'consumer key', secrets: { consumerKey: 'x' }, reason: /unknown oauth_consumer_key/ },
      { label: 'consumer secret', secrets: { consumerSecret: 'x' }, reason: /oauth_signature does not fit/ },
      { label: 'token', secrets: { accessToken: 'x' }, reason: /unknown oauth_token/ },
      { label: 'token secret', secrets: { accessSecret: 'x' }, reason: /oauth_signature does not fit/ },
    ];
    for (const { label, secrets, reason } of wrong) {
      it(`refuses a wrong ${label}, and tells the operator why`, async () => {
        const {
          consumerKey: appKey,
          consumerSecret: appSecret,
          accessToken,
          accessSecret,
        } = { ...demoCredentials, ...secrets };
        const client = sim.as(
          new TwitterApi({ appKey, appSecret, accessToken, accessSecret }, { httpAgent: new Agent() }),
        );
        expect(await code(client.v2.me())).to.equal(401);
        expect((await sim.control('/state')).at('lastRefusal')).to.match(reason);
      });
    }

    it('takes signatures over query, form and path as the library makes them', async () => {
      await sim.user.v2.me({ 'user.fields': ['created_at', 'verified'] });
      await sim.user.v2.userByUsername('lapor1708');
      await sim.user.v2.search('"jalan rusak" (warga OR lapor)', { max_results: 10 });
      await sim.user.v2.tweet("Halo, Bapak/Ibu! (uji coba) *'~");
    });

    it('refuses a clock that is off by more than five minutes', async () => {
      await put('/switches', { clockOffMs: 310_000 });
      expect(await code(sim.user.v2.me())).to.equal(401);
      expect((await sim.control('/state')).at('lastRefusal')).to.match(/^oauth_timestamp is off by 31\d s$/);
    });
  });

  describe('OAuth 2.0', () => {
    const client = { client_id: demoCredentials.clientId };
    const refresh = (token: unknown): Promise<Called> =>
      sim.call('/2/oauth2/token', {
        form: { grant_type: 'refresh_token', refresh_token: String(token), ...client },
        authorization: null,
      });
    const asUser = (token: unknown): Promise<Called> => sim.call('/2/users/me', { authorization: `Bearer ${token}` });

    it('refreshes once for each token, and the new pair works', async () => {
      const first = await refresh(demoCredentials.refreshToken);
      expect((await asUser(first.at('access_token'))).at('data.username')).to.equal('lapor1708');
      const second = await refresh(first.at('refresh_token'));
      expect((await asUser(second.at('access_token'))).status).to.equal(200);
    });

    it('ends the whole family when a refresh token comes twice', async () => {
      const { at } = await refresh(demoCredentials.refreshToken);
      expect((await refresh(demoCredentials.refreshToken)).at('error')).to.equal('invalid_request');
      expect((await asUser(at('access_token'))).status).to.equal(401);
      expect((await refresh(at('refresh_token'))).status).to.equal(400);
    });

    it('refuses an access token after its time', async () => {
      const { at } = await refresh(demoCredentials.refreshToken);
      await sim.control('/actions', { json: { action: 'expire-access-tokens' } });
      expect((await asUser(at('access_token'))).status).to.equal(401);
    });

    it('refuses a client that it does not know', async () => {
      const form = { grant_type: 'refresh_token', refresh_token: demoCredentials.refreshToken, client_id: 'other' };
      expect((await sim.call('/2/oauth2/token', { form, authorization: null })).status).to.equal(401);
    });
  });

  it('knows a citizen by the same id after a restart', async () => {
    const other = await startX();
    try {
      const [one, same] = [sim.x, other].map(({ simulator }) => simulator.people.called('warga').id);
      expect(one).to.equal(same);
      expect(one).not.to.equal(sim.x.simulator.people.called('tetangga').id);
    } finally {
      await other.close();
    }
  });

  it('wants users where the app alone is not enough, and the app where users are too many', async () => {
    const app = await sim.call('/2/users/me');
    expect(app.status).to.equal(403);
    expect(String(app.at('type'))).to.match(/unsupported-authentication$/);
    expect(await code(sim.user.v2.get('usage/tweets'))).to.equal(403);
    expect((await sim.call('/2/users/me', { authorization: null })).status).to.equal(401);
  });

  describe('limits', () => {
    it('counts down, then refuses until the reset', async () => {
      const nowS = Math.floor(Date.now() / 1_000);
      const { id } = sim.x.simulator.service;
      const first = await sim.call(`/2/users/${id}/mentions`);
      expect(first.headers.get('x-rate-limit-limit')).to.equal('450');
      expect(first.headers.get('x-rate-limit-remaining')).to.equal('449');
      expect(Number(first.headers.get('x-rate-limit-reset')) - nowS).to.be.within(899, 902);
      for (let n = 0; n < 449; n += 1) await sim.call(`/2/users/${id}/mentions`);
      const refused = await sim.call(`/2/users/${id}/mentions`);
      expect(refused.status).to.equal(429);
      expect(refused.headers.get('x-rate-limit-remaining')).to.equal('0');
      expect((await sim.call('/2/tweets?ids=1')).status, 'another endpoint').to.equal(200);
      await sim.control('/actions', { json: { action: 'reset-limits' } });
      expect((await sim.call(`/2/users/${id}/mentions`)).status).to.equal(200);
    });

    it('limits users and the app apart', async () => {
      const { id } = sim.x.simulator.service;
      await sim.call(`/2/users/${id}/mentions`);
      expect((await sim.user.v2.userMentionTimeline(id)).rateLimit).to.include({ limit: 300, remaining: 299 });
    });
  });

  const budgets: ReadonlyArray<{ label: string; switches: object; status: number; title: string }> = [
    { label: 'the month is used up', switches: { monthlyReadCap: 1 }, status: 429, title: 'UsageCapExceeded' },
    { label: 'the credits are spent', switches: { creditsUsd: 0.005 }, status: 402, title: 'CreditsDepleted' },
  ];
  for (const { label, switches, status, title } of budgets) {
    it(`refuses when ${label}`, async () => {
      await put('/switches', switches);
      await sim.control('/posts', { json: { from: 'warga', text: '@lapor1708 rusak' } });
      const path = `/2/users/${sim.x.simulator.service.id}/mentions`;
      expect((await sim.call(path)).status).to.equal(200);
      const refused = await sim.call(path);
      expect([refused.status, refused.at('title')]).to.deep.equal([status, title]);
    });
  }

  it('tells what was used', async () => {
    await sim.control('/posts', { json: { from: 'warga', text: '@lapor1708 rusak' } });
    await sim.call(`/2/users/${sim.x.simulator.service.id}/mentions`);
    const used = await sim.call('/2/usage/tweets?usage.fields=daily_project_usage');
    expect(used.at('data.project_usage')).to.equal(1);
    expect(used.at('data.daily_project_usage.usage.0.usage')).to.equal(1);
  });

  describe('faults', () => {
    const faults: ReadonlyArray<{ label: string; fault: object; status: number | undefined }> = [
      { label: 'a problem by its name', fault: { problem: 'usage-capped' }, status: 429 },
      { label: 'a status without JSON', fault: { status: 502 }, status: 502 },
      { label: 'a cut connection', fault: { dropConnection: true }, status: undefined },
    ];
    for (const { label, fault, status } of faults) {
      it(`${label}, so often as told, on one endpoint`, async () => {
        await put('/faults', { on: 'getPostsByIds', count: 1, ...fault });
        expect((await sim.call('/2/users/by/username/lapor1708')).status).to.equal(200);
        const failed = await sim.call('/2/tweets?ids=1').catch(() => undefined);
        expect(failed?.status).to.equal(status);
        expect((await sim.call('/2/tweets?ids=1')).status).to.equal(200);
      });
    }

    it('stores a post and cuts the connection before the answer', async () => {
      await put('/faults', { on: 'createPosts', dropAfterStore: true, count: 1 });
      expect(await code(sim.user.v2.tweet('Terima kasih'))).not.to.equal(200);
      expect((await sim.control('/posts?from=lapor1708')).at('posts.0.text')).to.equal('Terima kasih');
      expect(await code(sim.user.v2.tweet('Terima kasih')), 'a duplicate').to.equal(403);
    });

    it('stores a post and never answers', async () => {
      await put('/faults', { on: 'createPosts', hangAfterStore: true, count: 1 });
      const unanswered = sim.user.v2.tweet('Terima kasih').catch(() => undefined);
      const posted = await sim.control('/posts?from=lapor1708&waitMs=5000');
      expect(posted.at('posts.0.text')).to.equal('Terima kasih');
      await sim.close();
      await unanswered;
    });

    it('tells which endpoints there are', async () => {
      const answer = await put('/faults', { on: 'mentions', status: 500 });
      expect(answer.status).to.equal(400);
      expect(answer.at('message')).to.match(/No endpoint "mentions"\. There is: \*, getUsersMe, /);
    });
  });
});
