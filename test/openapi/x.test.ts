import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { closeHttp, listen } from '../../scripts/simulators/http.js';
import { demoCredentials } from '../../scripts/simulators/x/index.js';
import type { Exchange } from '../../scripts/simulators/x/simulator.js';
import { type CallInit, lookedUp, type Rig, rig } from '../scripts/simulators/x/client.js';
import { isAtHand, XDescription } from './description.js';

/** The simulator's answers against X's own description. */

const versions = [
  { version: '2.157', wording: 'tweet' },
  { version: '2.167', wording: 'post' },
] as const;

for (const { version, wording } of versions) {
  describe(`simulated X against X's description ${version}`, () => {
    if (!isAtHand(version)) {
      it(`LEFT OUT: there is no ../shared/openapi/x-api-v${version}.json beside the project`, () => undefined);
      return;
    }
    const description = new XDescription(version);
    const exchanges: Exchange[] = [];
    let sim: Rig;

    before(async () => {
      sim = await rig({ switches: { wording, keepAliveMs: 50 }, observe: (exchange) => exchanges.push(exchange) });
    });

    afterEach(() => exchanges.splice(0));
    after(() => sim.close());

    const isOld = wording === 'tweet';
    const fields = isOld
      ? {
          'tweet.fields':
            'author_id,conversation_id,created_at,display_text_range,edit_controls,entities,geo,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,attachments',
          expansions:
            'author_id,attachments.media_keys,geo.place_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id,entities.mentions.username',
        }
      : {
          'post.fields':
            'conversation_id,created_at,display_text_range,edit_controls,entities,geo,lang,note_post,possibly_sensitive,public_metrics,reply_settings,source,attachments',
          expansions:
            'author_id,attachments.media_keys,geo.place_id,in_reply_to_user_id,referenced_posts,entities.mentions.username',
        };
    const everything = new URLSearchParams({
      ...fields,
      'media.fields': 'alt_text,duration_ms,height,media_key,preview_image_url,type,url,variants,width',
      'place.fields': 'country,country_code,full_name,name,place_type',
      'user.fields': 'created_at,protected,public_metrics,receives_your_dm,verified,verified_type,profile_image_url',
    }).toString();

    async function tweet(json: object): Promise<string> {
      const { body } = await sim.control('/posts', { json: { from: 'warga', ...json } });
      return String(lookedUp(body, 'id'));
    }

    /** A post with everything that a post can have, and a deleted one that it quotes. */
    async function fullPost(): Promise<string> {
      const quoted = await tweet({ text: 'Ada yang tahu?', from: 'tetangga' });
      const id = await tweet({
        text: `@lapor1708 #Lapor1708 $BBRI https://example.go.id/a ${'jalan rusak & berlubang '.repeat(20)}`,
        quote: quoted,
        inReplyTo: await tweet({ text: 'Halo', from: 'teman' }),
        media: [{ altText: 'lubang' }, { type: 'video' }],
        place: { id: 'p1', fullName: 'Semarang, Jawa Tengah' },
        coordinates: [110.42, -6.99],
      });
      await sim.control(`/posts/${quoted}`, { method: 'DELETE' });
      return id;
    }

    /** Proves itself, and takes what comes. */
    async function withReceiver<Result>(act: (url: string) => Promise<Result>): Promise<Result> {
      const server = createServer((request, response) => {
        const token = new URL(request.url ?? '', 'http://x').searchParams.get('crc_token') ?? '';
        const mac = createHmac('sha256', demoCredentials.consumerSecret).update(token).digest('base64');
        response.end(JSON.stringify({ response_token: `sha256=${mac}` }));
      });
      try {
        return await act(`http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}/`);
      } finally {
        await closeHttp(server);
      }
    }

    const serviceId = (): string => sim.x.simulator.service.id;
    const rules = '/2/tweets/search/stream/rules';
    const subscriptions = '/2/activity/subscriptions';
    const delete_ = { method: 'DELETE' } as const satisfies CallInit;

    const cases: ReadonlyArray<{ label: string; act: () => Promise<unknown>; exchanges: number }> = [
      {
        label: 'mentions with everything',
        act: async () => {
          await fullPost();
          const { at } = await sim.call(`/2/users/${serviceId()}/mentions?max_results=100&${everything}`);
          expect(at('data.0.geo.place_id'), 'something to check').to.equal('p1');
        },
        exchanges: 1,
      },
      {
        label: 'pages, empty and not',
        act: async () => {
          await sim.control('/bursts', { json: { count: 6 } });
          const path = `/2/users/${serviceId()}/mentions?max_results=5`;
          const { at } = await sim.call(path);
          await sim.call(`${path}&pagination_token=${at('meta.next_token')}`);
          await sim.call(`${path}&since_id=${at('data.0.id')}`);
        },
        exchanges: 3,
      },
      {
        label: 'recent search',
        act: () =>
          sim.call(`/2/tweets/search/recent?query=%23lapor1708&sort_order=recency&max_results=10&${everything}`),
        exchanges: 1,
      },
      {
        label: 'look-up, with partial errors',
        act: async () => {
          const gone = await tweet({ text: 'salah' });
          await sim.control(`/posts/${gone}`, { method: 'DELETE' });
          await sim.control('/users/tertutup', { method: 'PUT', json: { protected: true } });
          const hidden = await tweet({ text: 'rahasia', from: 'tertutup' });
          await sim.call(`/2/tweets?ids=${gone},${hidden},1,${await tweet({ text: 'ada' })}&${everything}`);
          await sim.call(`/2/tweets/${gone}`);
          await sim.call(`/2/tweets/${await tweet({ text: 'ada lagi' })}`);
        },
        exchanges: 3,
      },
      {
        label: 'accounts',
        act: async () => {
          const query = '?user.fields=created_at,description,protected,public_metrics,verified,verified_type';
          await sim.user.v2.get('users/me');
          await sim.call(`/2/users/by/username/lapor1708${query}`);
          await sim.call(`/2/users/${serviceId()}${query}`);
          await sim.call('/2/users/by/username/tidakada');
        },
        exchanges: 4,
      },
      {
        label: 'a reply and its deletion',
        act: async () => {
          const reply = { in_reply_to_tweet_id: await tweet({ text: '@lapor1708 rusak' }) };
          const { data } = await sim.user.v2.post('tweets', { text: 'Terima kasih', reply });
          await sim.user.v2.delete(`tweets/${data.id}`);
        },
        exchanges: 2,
      },
      {
        label: 'direct messages',
        act: async () => {
          await sim.control('/messages', { json: { from: 'warga', text: 'rahasia' } });
          const warga = sim.x.simulator.people.called('warga').id;
          const query = {
            'dm_event.fields': 'created_at,dm_conversation_id,text',
            expansions: 'sender_id',
            max_results: 1,
          };
          await sim.user.v2.post(`dm_conversations/with/${warga}/messages`, { text: 'Terima kasih' });
          const { meta } = await sim.user.v2.get('dm_events', query);
          await sim.user.v2.get('dm_events', { ...query, pagination_token: meta.next_token });
          await sim.user.v2.get(`dm_conversations/with/${warga}/dm_events`, query);
        },
        exchanges: 4,
      },
      {
        label: 'media',
        act: async () => {
          await tweet({ text: '@lapor1708', media: [{ altText: 'jalan' }] });
          const [key] = [...sim.x.simulator.media.keys()].slice(-1);
          await sim.call(`/2/media?media_keys=${key},3_1&media.fields=alt_text,url,width`);
        },
        exchanges: 1,
      },
      {
        label: 'usage',
        act: () => sim.call('/2/usage/tweets?days=7&usage.fields=daily_project_usage,project_usage'),
        exchanges: 1,
      },
      {
        label: 'rules of the stream',
        act: async () => {
          const { at } = await sim.call(rules, { json: { add: [{ value: '@lapor1708', tag: 'sebutan' }] } });
          await sim.call(rules);
          await sim.call(rules, { json: { delete: { ids: [at('data.0.id')] } } });
          await sim.call(rules);
        },
        exchanges: 4,
      },
      {
        label: 'webhooks and their replay',
        act: () =>
          withReceiver(async (url) => {
            const made = await sim.call('/2/webhooks', { json: { url } });
            const id = made.at('id') ?? made.at('data.id');
            await sim.call('/2/webhooks');
            await sim.call(`/2/webhooks/${id}`, { method: 'PUT' });
            const dates = { from_date: '202611210000', to_date: '202611220000' };
            await sim.call('/2/webhooks/replay', { json: { webhook_id: id, ...dates } });
            await sim.call(`/2/webhooks/${id}`, delete_);
          }),
        exchanges: 5,
      },
    ];
    for (const { label, act, exchanges: expected } of cases) {
      it(label, async () => {
        await act();
        expect(exchanges.map(({ operation, status }) => `${operation} ${status}`)).to.have.length(expected);
        expect(faultsOf(exchanges)).to.deep.equal([]);
      });
    }

    // Description 2.157 knows no post events yet: there, only the answers' frame can be checked.
    it('subscriptions to activity', async () => {
      const json = { event_type: 'post.mention.create', filter: { user_id: serviceId() }, tag: 'gerbang' };
      const { at } = await sim.call(subscriptions, { json });
      await sim.call(subscriptions);
      await sim.call(`${subscriptions}/${at('data.subscription.subscription_id')}`, delete_);
      expect(exchanges.flatMap((exchange) => description.answerFaults(exchange)).filter(isUnexpected)).to.deep.equal(
        [],
      );
      if (!isOld) expect(exchanges.flatMap((exchange) => description.requestFaults(exchange))).to.deep.equal([]);
    });

    it('errors of the kinds that are described', async () => {
      await sim.call('/2/tweets?ids=x');
      await sim.call('/2/users/1/mentions');
      await sim.call('/2/tweets/search/recent?query=(');
      expect(exchanges.map(({ status }) => status)).to.deep.equal([400, 404, 400]);
      const faults = exchanges.flatMap((exchange) => description.answerFaults(exchange));
      expect(faults.filter(isUnexpected)).to.deep.equal([]);
    });

    it('objects of the filtered stream and of activity', async () => {
      await sim.call(rules, { json: { add: [{ value: '@lapor1708', tag: 'sebutan' }] } });
      const json = { event_type: 'post.mention.create', filter: { user_id: serviceId() } };
      await sim.call(subscriptions, { json });
      const [posts, activity] = await Promise.all(
        [`/2/tweets/search/stream?tweet.fields=created_at,entities`, '/2/activity/stream'].map(opened),
      );
      await sim.control('/state?streams=2&waitMs=2000');
      await tweet({ text: '@lapor1708 banjir', media: [{}] });
      const [post, event] = [await firstObject(posts), await firstObject(activity)];
      expect(description.faults(post, isOld ? 'FilteredStreamingTweetResponse' : 'StreamPostsResponse')).to.deep.equal(
        [],
      );
      if (isOld) return;
      expect(description.faults(event, 'ActivityStreamResponse')).to.deep.equal([]);
      expect(description.faults(lookedUp(event, 'data.payload'), 'Post')).to.deep.equal([]);
    });

    function opened(path: string): Promise<Response> {
      const headers = { authorization: `Bearer ${demoCredentials.bearerToken}` };
      return fetch(`http://127.0.0.1:${sim.x.port}${path}`, { headers });
    }

    /** Leaving the loop ends the stream. */
    async function firstObject(response: Response | undefined): Promise<unknown> {
      let text = '';
      for await (const chunk of response?.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        const lines = text.split('\r\n').slice(0, -1);
        const line = lines.find((each) => each !== '');
        if (line !== undefined) return JSON.parse(line) as unknown;
      }
      throw new Error('The stream ended');
    }

    function faultsOf(all: readonly Exchange[]): readonly string[] {
      const taken = all.filter(({ status }) => status < 400);
      return [
        ...taken.flatMap((exchange) => description.requestFaults(exchange)),
        ...all.flatMap((exchange) => description.answerFaults(exchange)),
      ].filter(isUnexpected);
    }

    /** What X gives though its description does not have it, with where it is documented. */
    const undocumented: ReadonlyArray<{ fault: RegExp; source: string }> = [
      {
        fault: /^createPosts 201 \/data\/edit_history_tweet_ids: not in the description$/,
        source: 'https://docs.x.com/x-api/posts/manage-tweets/quickstart: the answer has it; 2.167 has it too',
      },
      {
        fault: /^getUsers\w+ 200 \/data\/description: not in the description$/,
        source: '`description` is among the values of user.fields, and the schema of a user lacks it',
      },
      {
        fault: /\d{3} \/(errors|status): not in the description$/,
        source: 'https://docs.x.com/x-api/fundamentals/response-codes-and-errors: `errors` names the faulty parameters',
      },
    ];

    function isUnexpected(fault: string): boolean {
      return !undocumented.some((each) => each.fault.test(fault));
    }
  });
}
