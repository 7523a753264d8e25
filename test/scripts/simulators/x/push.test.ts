import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { closeHttp, listen, readBody } from '../../../../scripts/simulators/http.js';
import { demoCredentials } from '../../../../scripts/simulators/x/index.js';
import { type Called, lookedUp, type Rig, rig } from './client.js';

/** A stream as it comes: chunk by chunk. */
class Reader {
  readonly chunks: Buffer[] = [];
  readonly #stream: IncomingMessage;

  constructor(stream: IncomingMessage) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    stream.on('error', () => undefined);
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  get objects(): readonly unknown[] {
    const lines = this.text.split('\r\n').slice(0, -1);
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#stream, 'data');
  }

  async ended(): Promise<void> {
    // Not `once` of node:events: it rejects on the error that a cut connection is.
    if (!this.#stream.closed) await new Promise((resolve) => this.#stream.once('close', resolve));
  }

  close(): void {
    this.#stream.destroy();
  }
}

describe('simulated X: what it sends by itself', () => {
  let sim: Rig;
  const readers: Reader[] = [];
  const servers: Server[] = [];

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await Promise.all(servers.splice(0).map(closeHttp));
    await sim.close();
  });

  const set = (switches: object) => sim.control('/switches', { method: 'PUT', json: switches });
  const act = (action: string) => sim.control('/actions', { json: { action } });
  const serviceId = (): string => sim.x.simulator.service.id;

  async function tweet(text: string, more: object = {}): Promise<string> {
    const { body } = await sim.control('/posts', { json: { from: 'warga', text, ...more } });
    return (body as { id: string }).id;
  }

  async function connected(path: string): Promise<Reader> {
    const headers = { authorization: `Bearer ${demoCredentials.bearerToken}` };
    const sent = request(`http://127.0.0.1:${sim.x.port}${path}`, { headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    const reader = new Reader(response);
    readers.push(reader);
    return reader;
  }

  describe('filtered stream', () => {
    const path = '/2/tweets/search/stream';

    async function rule(value = '@lapor1708 -is:retweet'): Promise<Called> {
      return sim.call(`${path}/rules`, { json: { add: [{ value, tag: 'sebutan' }] } });
    }

    it('gives what its rules match, with the rules', async () => {
      const made = await rule();
      const stream = await connected(`${path}?tweet.fields=author_id`);
      await tweet('tanpa sebutan');
      const id = await tweet('@lapor1708 rusak');
      await stream.until(() => stream.objects.length === 1);
      const [object] = stream.objects;
      expect(lookedUp(object, 'data.id')).to.equal(id);
      expect(lookedUp(object, 'matching_rules')).to.deep.equal([{ id: made.at('data.0.id'), tag: 'sebutan' }]);
      expect((await sim.control('/state')).at('bill.units.postRead')).to.equal(1);
    });

    it('cuts anywhere, also inside an emoji', async () => {
      await set({ chunkOctets: 1 });
      await rule();
      const stream = await connected(path);
      await tweet('@lapor1708 banjir 😀');
      await stream.until(() => stream.objects.length === 1);
      expect(lookedUp(stream.objects[0], 'data.text')).to.equal('@lapor1708 banjir 😀');
      expect(Math.max(...stream.chunks.map(({ length }) => length))).to.equal(1);
    });

    it('keeps a quiet stream alive', async () => {
      await set({ keepAliveMs: 10 });
      await rule();
      const stream = await connected(path);
      await stream.until(() => stream.text === '\r\n\r\n\r\n');
    });

    it('sends twice and out of order when told to', async () => {
      await set({ pushTwice: true, pushPairsSwapped: true });
      await rule();
      const stream = await connected(path);
      const ids = [await tweet('@lapor1708 satu'), await tweet('@lapor1708 dua')];
      await stream.until(() => stream.objects.length === 4);
      const got = stream.objects.map((object) => lookedUp(object, 'data.id'));
      expect(got).to.deep.equal([ids[1], ids[1], ids[0], ids[0]]);
    });

    it('allows one connection, and none without rules', async () => {
      expect((await sim.call(path)).status).to.equal(409);
      await rule();
      await connected(path);
      const second = await sim.call(path);
      expect([second.status, second.at('connection_issue')]).to.deep.equal([429, 'TooManyConnections']);
    });

    it('gives a burst to who reads', async () => {
      await rule();
      const stream = await connected(path);
      await sim.control('/bursts', { json: { count: 3_000 } });
      await stream.until(() => stream.chunks.length > 0 && stream.text.split('\r\n').length > 3_000);
      expect(new Set(stream.objects.map((object) => lookedUp(object, 'data.id'))).size).to.equal(3_000);
    });

    it('cuts off who does not read', async () => {
      await set({ streamBacklog: 1_500 });
      await rule();
      // A socket of our own: a client of node:http may read ahead of who uses it.
      const socket = connect(sim.x.port, '127.0.0.1').on('error', () => undefined);
      const authorization = `Bearer ${demoCredentials.bearerToken}`;
      socket.write(
        `GET ${path}?tweet.fields=note_tweet HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
      await sim.control('/state?streams=1&waitMs=5000');
      // 12 MB as `&amp;`: more than the buffers of both sockets hold.
      const text = `@lapor1708 ${'&'.repeat(24_000)}`;
      for (let n = 0; n < 100; n += 1) await tweet(text, { from: 'tetangga' });
      await sim.control('/bursts', { json: { count: 1_000 } });
      expect((await sim.control('/state')).at('streams.filtered'), 'still within bounds').to.equal(1);
      await sim.control('/bursts', { json: { count: 1_000 } });
      expect((await sim.control('/state?streams=0&waitMs=5000')).at('streams.filtered')).to.equal(0);
      socket.destroy();
    });

    it('gives Enterprise what it missed', async () => {
      await set({ tier: 'enterprise' });
      await rule();
      const missed = await tweet('@lapor1708 terlewat');
      const stream = await connected(`${path}?backfill_minutes=5`);
      await stream.until(() => stream.objects.length === 1);
      expect(lookedUp(stream.objects[0], 'data.id')).to.equal(missed);
    });

    it('refuses a wrong rule and one that exists, and deletes', async () => {
      const made = await rule();
      expect((await rule()).at('errors.0.title')).to.equal('DuplicateRule');
      expect((await rule('(rusak')).at('errors.0.title')).to.equal('Invalid Rule');
      expect((await sim.call(`${path}/rules`)).at('data')).to.have.length(1);
      const deleted = await sim.call(`${path}/rules`, { json: { delete: { ids: [made.at('data.0.id')] } } });
      expect(deleted.at('meta.summary.deleted')).to.equal(1);
    });

    it('drops, ends with a reason, or falls silent when told to', async () => {
      await rule();
      const dropped = await connected(path);
      await act('drop-streams');
      await dropped.ended();
      await sim.control('/state?streams=0&waitMs=1000');
      const told = await connected(path);
      await act('end-streams');
      await told.ended();
      await sim.control('/state?streams=0&waitMs=1000');
      expect(lookedUp(told.objects[0], 'errors.0.title')).to.equal('operational-disconnect');
      const silent = await connected(path);
      await act('silence-streams');
      await tweet('@lapor1708 rusak');
      expect(silent.text).to.equal('');
    });
  });

  describe('activity', () => {
    function subscribe(eventType: string, more: object = {}): Promise<Called> {
      const json = { event_type: eventType, filter: { user_id: serviceId() }, tag: 'gerbang', ...more };
      return sim.call('/2/activity/subscriptions', { json });
    }

    it('tells of explicit mentions, replies and messages', async () => {
      for (const type of ['post.mention.create', 'post.reply.create', 'dm.received']) await subscribe(type);
      const stream = await connected('/2/activity/stream');
      const own = await sim.user.v2.tweet('Pengumuman');
      const mention = await tweet('@lapor1708 rusak');
      const reply = await tweet('terima kasih', { inReplyTo: own.data.id });
      const message = await sim.control('/messages', { json: { from: 'warga', text: 'rahasia' } });
      await stream.until(() => stream.objects.length === 3);
      const [first, second, third] = stream.objects;
      expect(lookedUp(first, 'data')).to.deep.include({ event_type: 'post.mention.create', tag: 'gerbang' });
      expect(lookedUp(first, 'data.payload.id')).to.equal(mention);
      expect(lookedUp(first, 'data.includes.users.0.username')).to.equal('warga');
      expect(lookedUp(second, 'data.event_type')).to.equal('post.reply.create');
      expect(lookedUp(second, 'data.payload.id')).to.equal(reply);
      const created = 'data.payload.direct_message_events.0';
      expect(lookedUp(third, `${created}.id`)).to.equal(message.at('id'));
      expect(lookedUp(third, `${created}.message_create.message_data.text`)).to.equal('rahasia');
    });

    it('tells of deletions to who follows the author', async () => {
      const author = sim.x.simulator.people.called('warga').id;
      await subscribe('post.delete', { filter: { user_id: author } });
      const stream = await connected('/2/activity/stream');
      const id = await tweet('salah');
      await sim.control(`/posts/${id}`, { method: 'DELETE' });
      await stream.until(() => stream.objects.length === 1);
      expect(lookedUp(stream.objects[0], 'data.payload')).to.deep.equal({ id, author_id: author });
    });

    it('lists and deletes subscriptions, and refuses the same again', async () => {
      const made = await subscribe('dm.received');
      expect((await subscribe('dm.received')).status).to.equal(400);
      const listed = await sim.call('/2/activity/subscriptions');
      expect(listed.at('data.0')).to.deep.equal(made.at('data.subscription'));
      const id = made.at('data.subscription.subscription_id');
      expect((await sim.call(`/2/activity/subscriptions/${id}`, { method: 'DELETE' })).at('data.deleted')).to.equal(
        true,
      );
      expect((await sim.call(`/2/activity/subscriptions/${id}`, { method: 'DELETE' })).status).to.equal(404);
    });

    describe('by webhook', () => {
      interface Delivery {
        readonly body: string;
        readonly headers: IncomingMessage['headers'];
      }

      function hmac(secret: string, text: string): string {
        return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
      }

      /** A receiver that proves itself with the secret. */
      async function receiver(secret = demoCredentials.consumerSecret) {
        const deliveries: Delivery[] = [];
        const server = createServer((incoming, response) => {
          const token = new URL(incoming.url ?? '', 'http://x').searchParams.get('crc_token');
          if (token !== null) {
            response.end(JSON.stringify({ response_token: hmac(secret, token) }));
            return;
          }
          void readBody(incoming, 1_000_000).then((octets) => {
            deliveries.push({ body: octets.toString(), headers: incoming.headers });
            response.end(() => server.emit('delivered'));
          });
        });
        servers.push(server);
        const url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}/hook`;
        const until = async (count: number): Promise<void> => {
          while (deliveries.length < count) await once(server, 'delivered');
        };
        return { url, deliveries, until };
      }

      it('delivers signed over the raw body, and again on replay', async () => {
        const { url, deliveries, until } = await receiver();
        const made = await sim.call('/2/webhooks', { json: { url } });
        expect(made.body).to.deep.include({ url, valid: true });
        await subscribe('post.mention.create', { webhook_id: made.at('id') });
        const id = await tweet('@lapor1708 rusak 😀');
        await until(1);
        const [delivery] = deliveries;
        const expected = hmac(demoCredentials.consumerSecret, delivery?.body ?? '');
        expect(delivery?.headers['x-twitter-webhooks-signature']).to.equal(expected);
        expect(lookedUp(JSON.parse(delivery?.body ?? ''), 'data.payload.id')).to.equal(id);

        const dates = { from_date: minute(-60_000), to_date: minute(60_000) };
        const job = await sim.call('/2/webhooks/replay', { json: { webhook_id: made.at('id'), ...dates } });
        expect(job.status).to.equal(200);
        await until(3);
        expect(deliveries[1]?.body).to.equal(delivery?.body);
        expect(lookedUp(JSON.parse(deliveries[2]?.body ?? ''), 'replay_job_status.job_state')).to.equal('Complete');
      });

      const signatures: ReadonlyArray<{ mode: string; consumer: boolean; client: boolean }> = [
        { mode: 'both', consumer: true, client: true },
        { mode: 'wrong', consumer: false, client: false },
      ];
      for (const { mode, consumer, client } of signatures) {
        it(`signs with ${mode}`, async () => {
          const { url, deliveries, until } = await receiver();
          const made = await sim.call('/2/webhooks', { json: { url } });
          await subscribe('post.mention.create', { webhook_id: made.at('id') });
          await set({ webhookSignature: mode });
          await tweet('@lapor1708 rusak');
          await until(1);
          const { body = '', headers = {} } = deliveries[0] ?? {};
          const isRight = (header: string, secret: string) => headers[header] === hmac(secret, body);
          expect(isRight('x-twitter-webhooks-signature', demoCredentials.consumerSecret)).to.equal(consumer);
          expect(isRight('x-twitter-webhooks-signature-oauth2', demoCredentials.clientSecret)).to.equal(client);
        });
      }

      it('takes no receiver that cannot prove itself', async () => {
        const { url } = await receiver('another secret');
        const refused = await sim.call('/2/webhooks', { json: { url } });
        expect(refused.status).to.equal(400);
        expect(refused.at('errors.0.message')).to.equal('CrcValidationFailed');
      });

      it('stops sending to one that no longer proves itself', async () => {
        const { url } = await receiver();
        const made = await sim.call('/2/webhooks', { json: { url } });
        await Promise.all(servers.splice(0).map(closeHttp));
        await act('validate-webhooks');
        expect((await sim.call('/2/webhooks')).at('data.0.valid')).to.equal(false);
        expect((await sim.call(`/2/webhooks/${made.at('id')}`, { method: 'DELETE' })).at('data.deleted')).to.equal(
          true,
        );
      });
    });
  });
});

/** `yyyymmddhhmm`, so far from now. */
function minute(offsetMs: number): string {
  return new Date(Date.now() + offsetMs).toISOString().replaceAll(/\D/g, '').slice(0, 12);
}
