import { twitterAdapter } from '../../../../adapters/channels/twitter/index.js';
import type { Channel, ChannelContext, Inbox } from '../../../../src/ports/channel.js';
import {
  type ChannelRig,
  describeChannelConformance,
  type Treatment,
  type Verdict,
} from '../../../conformance/channel.js';
import { citizenId, type FakeAnswer, FakeX, mention } from './fakeX.js';

const keys = {
  consumerKey: 'kunci-aplikasi',
  consumerSecret: 'rahasia-aplikasi',
  accessToken: 'kunci-akun',
  accessTokenSecret: 'rahasia-akun',
};

const block = {
  ...keys,
  handle: 'lapor1708',
  pollSeconds: 0.02,
  directMessages: false,
  requestTimeoutSeconds: 2,
};

const treatments: Readonly<Record<Exclude<Treatment, 'accept'>, FakeAnswer>> = {
  throttle: { status: 503, body: { title: 'Service Unavailable', status: 503, type: 'about:blank' } },
  refuse: { status: 403, body: { title: 'Forbidden', detail: 'Something that nobody knows', status: 403 } },
  vanish_after_taking: (response) => response.destroy(),
};

/** Tells what became of each batch of parts: polling has no other verdict than the position that moved. */
class WatchedInbox implements Inbox {
  #waiting: ((verdict: Verdict) => void)[] = [];

  constructor(private readonly inbox: Inbox) {}

  verdict(): Promise<Verdict> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async accept(...[parts, cursor]: Parameters<Inbox['accept']>): Promise<void> {
    const tell = (verdict: Verdict) => {
      if (parts.length > 0) for (const resolve of this.#waiting.splice(0)) resolve(verdict);
    };
    try {
      await this.inbox.accept(parts, cursor);
    } catch (error) {
      tell('send_again');
      throw error;
    }
    tell('acknowledged');
  }

  acceptReceipts: Inbox['acceptReceipts'] = (receipts) => this.inbox.acceptReceipts(receipts);
  settle: Inbox['settle'] = (parts) => this.inbox.settle(parts);
  cursor: Inbox['cursor'] = (name) => this.inbox.cursor(name);
}

async function start(context: ChannelContext): Promise<ChannelRig> {
  const x = await FakeX.listen();
  const parsed = twitterAdapter.parseConfig({ ...block, apiUrl: x.url });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const real = twitterAdapter.create(parsed.config, context);
  let watched: WatchedInbox | null = null;
  const channel: Channel = {
    run: (inbox, stop) => {
      watched = new WatchedInbox(inbox);
      return real.run(watched, stop);
    },
    // A reply on X is always to a post.
    send: (reply, deadlineMs) => real.send({ ...reply, inReplyTo: '1999999999999999999' }, deadlineMs),
    health: () => real.health(),
  };
  let unread: string | null = null;
  const give = async (post: Readonly<Record<string, unknown>>): Promise<Verdict> => {
    const verdict = watched?.verdict() ?? Promise.reject(new Error('the channel does not run'));
    // What was not taken is still there, and read again: the citizen need not post again.
    const text = JSON.stringify(post.text);
    if (unread !== text) x.mentions.push(post);
    unread = (await verdict) === 'send_again' ? text : null;
    return verdict;
  };
  return {
    channel,
    ready: () => x.until('mentions are read', () => real.health().state === 'up'),
    citizenSends: (text) => give(mention(text)),
    citizenSendsUnreadable: () => give(mention('', { text: { entities: [] } })),
    roundTrip: async () => {
      await fetch(`${x.url}/2/usage/tweets`);
    },
    peerWill: (treatment) => {
      if (treatment === 'accept') x.answers.delete('POST /2/tweets');
      else x.answers.set('POST /2/tweets', () => treatments[treatment]);
    },
    repliesTaken: () => x.to('POST', '/2/tweets').map(({ body }) => (JSON.parse(body) as { text: string }).text),
    peerReports: () => Promise.reject(new Error('X tells nothing of what became of a post')),
    peerGoesAway: () => x.goAway(),
    healthChange: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => x.close(),
  };
}

describeChannelConformance('twitter', {
  adapter: twitterAdapter,
  sender: citizenId,
  validConfig: block,
  secrets: Object.values(keys),
  badConfig: {
    raw: {
      ...{ handle: 'lapor 1708', hashtags: ['a b'], apiUrl: 'x', tier: 'gold', receive: 'pull', overlapMinutes: 1 },
      ...{ consumerKey: '', budget: { perDayUsd: -1, prizes: {} }, hashtag: 'lapor' },
    },
    keys: [
      ...['handle', 'hashtags.0', 'apiUrl', 'tier', 'receive', 'overlapMinutes', 'consumerKey', 'budget.perDayUsd'],
      ...['budget.prizes', 'hashtag'],
    ],
  },
  capabilities: {
    receipts: { leftOut: 'X tells nothing of what became of a post' },
    uncertain: true,
    links: true,
  },
  start,
});
