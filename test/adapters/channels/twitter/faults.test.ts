import { expect } from 'chai';
import nock from 'nock';
import { twitterAdapter } from '../../../../adapters/channels/twitter/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel, ChannelHealth, OutboundReply, Outcome } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { selfId } from './fakeX.js';

/**
 * X's errors, each as an answer of https://api.x.com. Their texts are X's own: from its documentation
 * (https://docs.x.com/x-api/fundamentals/response-codes-and-errors) and from answers seen in public.
 */

const base = 'https://api.x.com';
const problems = 'https://api.x.com/2/problems/';

interface Case {
  readonly label: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly kind: Outcome['kind'];
  readonly code?: string;
  /** What is raised for an operator. */
  readonly alarm?: string;
  /** Whether replies wait, all of them. */
  readonly holdsReplies?: boolean;
}

const forbidden = (detail: string) => ({ title: 'Forbidden', detail, type: 'about:blank', status: 403 });

const cases: readonly Case[] = [
  {
    label: 'a rate limit',
    status: 429,
    body: { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 },
    headers: { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(600) },
    kind: 'unsent',
    holdsReplies: true,
  },
  {
    label: 'a usage cap, which is no rate limit',
    status: 429,
    body: {
      title: 'UsageCapExceeded',
      detail: 'Usage cap exceeded: Monthly',
      type: `${problems}usage-capped`,
      status: 429,
    },
    kind: 'unsent',
    alarm: 'usage_capped',
    holdsReplies: true,
  },
  {
    label: 'a usage cap, in the old base of types',
    status: 429,
    body: { title: 'Usage', type: 'https://api.twitter.com/2/problems/usage-capped', status: 429 },
    kind: 'unsent',
    alarm: 'usage_capped',
    holdsReplies: true,
  },
  {
    label: 'no credits',
    status: 402,
    body: { title: 'CreditsDepleted', detail: 'no credits', type: `${problems}credits`, status: 402 },
    kind: 'unsent',
    alarm: 'no_credits',
    holdsReplies: true,
  },
  {
    label: 'credentials that are not taken',
    status: 401,
    body: { title: 'Unauthorized', type: 'about:blank', status: 401 },
    kind: 'unsent',
    alarm: 'unauthorized',
    holdsReplies: true,
  },
  {
    label: 'a suspended account',
    status: 403,
    body: forbidden('Your account is suspended and is not permitted to access this feature.'),
    kind: 'unsent',
    alarm: 'suspended',
    holdsReplies: true,
  },
  {
    label: 'an app without the permission',
    status: 403,
    body: forbidden('Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.'),
    kind: 'unsent',
    alarm: 'no_permission',
    holdsReplies: true,
  },
  {
    label: 'an app that is in no project',
    status: 403,
    body: {
      title: 'Client Forbidden',
      type: `${problems}client-forbidden`,
      reason: 'client-not-enrolled',
      status: 403,
    },
    kind: 'unsent',
    alarm: 'no_permission',
    holdsReplies: true,
  },
  {
    label: 'an author who did not call us',
    status: 403,
    body: forbidden(
      'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged.',
    ),
    kind: 'withheld',
    code: 'not_summoned',
  },
  {
    label: 'an author who restricted replies',
    status: 403,
    body: forbidden('The original Tweet author restricted who can reply to this Tweet.'),
    kind: 'withheld',
    code: 'reply_restricted',
  },
  {
    label: 'a post that is gone',
    status: 403,
    body: forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.'),
    kind: 'withheld',
    code: 'post_gone',
  },
  {
    label: 'a text that X counts as too long',
    status: 403,
    body: forbidden('Your Tweet text is too long.'),
    kind: 'rejected',
    code: 'too_long',
  },
  {
    label: 'a request that X does not understand',
    status: 400,
    body: { errors: [{ message: 'x' }], title: 'Invalid Request', type: `${problems}invalid-request` },
    kind: 'rejected',
    code: 'invalid',
  },
  { label: 'a 403 that nobody knows', status: 403, body: forbidden('Novelty.'), kind: 'rejected', code: 'refused' },
  { label: 'an outage', status: 503, body: '<html>Over capacity</html>', kind: 'unsent' },
  { label: 'an error of its own', status: 500, body: { title: 'Internal Server Error', status: 500 }, kind: 'unsent' },
];

describe("twitter: X's errors", () => {
  let channel: Channel;
  let stop: AbortController;
  let running: Promise<void>;
  let observed: string[];

  beforeEach(async () => {
    nock(base)
      .persist()
      .get('/2/users/me')
      .reply(200, { data: { id: selfId, username: 'lapor1708' } });
    nock(base)
      .persist()
      .get(`/2/users/${selfId}/mentions`)
      .query(true)
      .reply(200, { meta: { result_count: 0 } });
    const config = twitterAdapter.parseConfig({
      handle: 'lapor1708',
      ...{ consumerKey: 'kk', consumerSecret: 'ks', accessToken: 'at', accessTokenSecret: 'as' },
      ...{ directMessages: false, recheckDays: 0, pollSeconds: 3_600, requestTimeoutSeconds: 0.5 },
    });
    if (!config.ok) throw new Error(JSON.stringify(config.faults));
    observed = [];
    channel = twitterAdapter.create(config.config, { id: 'tested', webhookUrl: null, ...observers(observed) });
    stop = new AbortController();
    nockSearch({ meta: { result_count: 0 } });
    running = channel.run(new ScriptedInbox(), stop.signal);
    while (channel.health().state !== 'up') await new Promise((resolve) => setImmediate(resolve));
  });

  afterEach(async () => {
    stop.abort();
    await running;
    nock.cleanAll();
  });

  function nockSearch(body: object): void {
    nock(base).persist().get('/2/tweets/search/recent').query(true).reply(200, body);
  }

  function send(given: Partial<OutboundReply> = {}): Promise<Outcome> {
    const reply = {
      id: 'r1',
      to: '222',
      text: 'Laporan diterima, #9165816',
      kind: 'acknowledgement',
      inReplyTo: '19',
    } as const;
    return channel.send({ ...reply, ...given }, steadyNowMs() + 5_000);
  }

  for (const { label, status, body, headers, kind, code, alarm, holdsReplies = false } of cases) {
    it(`${label}: ${kind}${code === undefined ? '' : ` (${code})`}`, async () => {
      const posted = nock(base)
        .post('/2/tweets')
        .reply(status, body as object, headers);
      const outcome = await send();
      expect(posted.isDone()).to.equal(true);
      expect(outcome.kind).to.equal(kind);
      if (code !== undefined) expect(outcome).to.have.property('code', code);
      const health: ChannelHealth = channel.health();
      expect(health.links.some(({ state }) => state === alarm)).to.equal(alarm !== undefined);
      expect(health.state).to.equal(alarm === undefined ? 'up' : 'degraded');
      expect((health.sendsAgainAtMs ?? 0) > steadyNowMs()).to.equal(holdsReplies);
    });
  }

  it('waits until the reset that X tells', async () => {
    const headers = {
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': inSeconds(600),
    };
    nock(base).post('/2/tweets').reply(429, { title: 'Too Many Requests', status: 429 }, headers);
    const outcome = await send();
    expect(outcome.kind === 'unsent' && outcome.retryAfterMs).to.be.closeTo(600_000, 3_000);
  });

  it('does not run into a limit that the last good answer told of', async () => {
    const headers = {
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': inSeconds(600),
    };
    nock(base)
      .post('/2/tweets')
      .reply(201, { data: { id: '30' } }, headers);
    expect((await send()).kind).to.equal('accepted');
    const second = nock(base)
      .post('/2/tweets')
      .reply(201, { data: { id: '31' } });
    expect((await send({ id: 'r2', inReplyTo: '20' })).kind).to.equal('unsent');
    expect(second.isDone()).to.equal(false);
  });

  it('raises an alarm once', async () => {
    nock(base).post('/2/tweets').reply(402, { title: 'CreditsDepleted', status: 402 });
    await send();
    await send();
    expect(observed.filter((line) => line.startsWith('x_alarm'))).to.have.length(1);
    expect(observed.filter((line) => line.includes('no credits left'))).to.have.length(1);
  });

  it('takes a duplicate after a lost answer for sent', async () => {
    nock(base)
      .post('/2/tweets')
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    expect((await send()).kind).to.equal('uncertain');
    nock(base).post('/2/tweets').reply(403, forbidden('You are not allowed to create a Tweet with duplicate content.'));
    expect((await send()).kind).to.equal('accepted');
  });

  it('finds the id of the reply that is out already', async () => {
    nock.cleanAll();
    const ours = { id: '30', author_id: selfId, text: 'x', referenced_tweets: [{ type: 'replied_to', id: '19' }] };
    nockSearch({ data: [ours] });
    nock(base).post('/2/tweets').reply(403, forbidden('You are not allowed to create a Tweet with duplicate content.'));
    expect(await send()).to.deep.equal({ kind: 'accepted', externalIds: ['30'] });
  });

  it('lets a reply wait whose words another reply has taken', async () => {
    nock(base).post('/2/tweets').reply(403, forbidden('You are not allowed to create a Tweet with duplicate content.'));
    expect(await send()).to.deep.include({ kind: 'unsent', retryAfterMs: 900_000 });
  });

  it('is unsent when X cannot be reached, uncertain when it does not answer', async () => {
    nock(base)
      .post('/2/tweets')
      .replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    expect((await send()).kind).to.equal('unsent');
    nock(base)
      .post('/2/tweets')
      .delay(5_000)
      .reply(201, { data: { id: '30' } });
    expect((await send()).kind).to.equal('uncertain');
  });
});

function inSeconds(seconds: number): string {
  return String(Math.ceil(Date.now() / 1_000) + seconds);
}
