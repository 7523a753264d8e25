import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { twitterAdapter } from '../../adapters/channels/twitter/index.js';
import { closeHttp, listen, readBody } from '../../scripts/simulators/http.js';
import { demoCredentials } from '../../scripts/simulators/x/index.js';
import type { Exchange } from '../../scripts/simulators/x/simulator.js';
import { steadyNowMs } from '../../src/domain/clock.js';
import type { Channel } from '../../src/ports/channel.js';
import { ScriptedInbox } from '../conformance/channel.js';
import { MemoryLog } from '../fakes/log.js';
import { type Rig, rig } from '../scripts/simulators/x/client.js';
import { isAtHand, XDescription } from './description.js';

/** What the Twitter adapter asks of X, against X's own description. */

const { consumerKey, consumerSecret, accessToken, accessSecret: accessTokenSecret, bearerToken } = demoCredentials;

const versions = [
  { version: '2.157', wording: 'tweet' },
  { version: '2.167', wording: 'post' },
] as const;

/** What each way of receiving must have asked, so that none passes by asking nothing. */
const modes = [
  { receive: 'poll', asks: ['getUsersMe', 'getUsersMentions', 'searchPostsRecent', 'getDirectMessagesEvents'] },
  { receive: 'stream', asks: ['getUsersMe', 'updateRules', 'createActivitySubscription'] },
  { receive: 'webhook', asks: ['getUsersMe', 'createWebhooks', 'createActivitySubscription'] },
] as const;

for (const { version, wording } of versions) {
  describe(`the Twitter adapter against X's description ${version}`, () => {
    if (!isAtHand(version)) {
      it(`LEFT OUT: there is no ../shared/openapi/x-api-v${version}.json beside the project`, () => undefined);
      return;
    }
    const description = new XDescription(version);
    const exchanges: Exchange[] = [];
    let sim: Rig;
    let webhooks: Server;
    let channel: Channel | null = null;
    let running: Promise<void> = Promise.resolve();
    let stop: AbortController;
    let inbox: ScriptedInbox;

    beforeEach(async () => {
      exchanges.splice(0);
      stop = new AbortController();
      inbox = new ScriptedInbox();
      sim = await rig({ switches: { wording, windowMs: 1_000 }, observe: (exchange) => exchanges.push(exchange) });
      webhooks = createServer((request, response) => {
        void readBody(request, 1_000_000).then(async (body) => {
          const url = request.url ?? '/';
          const headers = request.headers as Readonly<Record<string, string>>;
          const { searchParams: query } = new URL(url, 'http://gateway');
          const asked = { method: request.method ?? 'GET', url, query, headers, body, remoteAddress: '127.0.0.1' };
          const answer = await channel?.handleWebhook?.(asked, new ScriptedInbox());
          response.writeHead(answer?.status ?? 404, answer?.headers).end(answer?.body);
        });
      });
    });

    afterEach(async () => {
      stop.abort();
      await running;
      await Promise.all([sim.close(), closeHttp(webhooks)]);
    });

    async function start(receive: string): Promise<Channel> {
      const parsed = twitterAdapter.parseConfig({
        handle: 'lapor1708',
        apiUrl: `http://127.0.0.1:${sim.x.port}`,
        ...{ wording, receive, consumerKey, consumerSecret, accessToken, accessTokenSecret, bearerToken },
        ...{ pollSeconds: 0.05, searchSeconds: 0.05, directMessageSeconds: 0.05, safetyNetSeconds: 1 },
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      const made = twitterAdapter.create(parsed.config, {
        id: 'twitter',
        log: new MemoryLog(),
        meter: { count: () => undefined, observeSeconds: () => undefined },
        webhookUrl: `http://127.0.0.1:${await listen(webhooks, '127.0.0.1', 0)}/webhooks/twitter`,
      });
      channel = made;
      running = made.run(inbox, stop.signal);
      return made;
    }

    async function asked(operations: readonly string[]): Promise<void> {
      const isThere = () => operations.every((name) => exchanges.some(({ operation }) => operation === name));
      const found = await sim.x.simulator.changes.until(() => isThere() || undefined, 10_000);
      expect(found, `asked ${[...new Set(exchanges.map(({ operation }) => operation))].join(', ')}`).to.equal(true);
    }

    function faults(): readonly string[] {
      const taken = exchanges.filter(({ status }) => status < 400);
      const all = taken.flatMap((exchange) => description.requestFaults(exchange)).filter((fault) => !isYoung(fault));
      const refused = exchanges.filter(({ status }) => status === 400);
      return [
        ...new Set([...all, ...refused.map(({ operation, answer }) => `${operation} 400 ${JSON.stringify(answer)}`)]),
      ];
    }

    /** The activity of posts and messages came after 2.157, and so did asking for it in the user's name. */
    function isYoung(fault: string): boolean {
      return (
        version === '2.157' &&
        /ActivitySubscriptions? request (\/body\/event_type|: (User|OAuth2User)Token)/.test(fault)
      );
    }

    for (const { receive, asks } of modes) {
      it(`receive: ${receive}`, async () => {
        await sim.control('/posts', { json: { from: 'warga', text: '@lapor1708 rusak', media: [{}] } });
        await start(receive);
        await asked(asks);
        expect(faults()).to.deep.equal([]);
      });
    }

    it('replies, in the thread and by direct message', async () => {
      const made = await start('poll');
      // What is there before the first start is never answered.
      await asked(['getUsersMentions', 'getDirectMessagesEvents']);
      await sim.control('/posts', { json: { from: 'warga', text: '@lapor1708 rusak' } });
      await sim.control('/messages', { json: { from: 'tetangga', text: 'rahasia' } });
      await sim.x.simulator.changes.until(() => inbox.committed.length === 2 || undefined, 5_000);
      expect(inbox.committed).to.have.length(2);
      for (const [place, { from: to, externalId: inReplyTo }] of inbox.committed.entries()) {
        const reply = {
          id: String(place),
          to,
          text: `Diterima #${place}`,
          kind: 'acknowledgement',
          inReplyTo,
        } as const;
        expect((await made.send(reply, steadyNowMs() + 5_000)).kind).to.equal('accepted');
      }
      expect(exchanges.filter(({ status }) => status === 201)).to.have.length(2);
      expect(faults()).to.deep.equal([]);
    });
  });
}
