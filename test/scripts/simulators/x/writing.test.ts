import { expect } from 'chai';
import { ApiResponseError } from 'twitter-api-v2';
import { type Rig, rig } from './client.js';

describe('simulated X: posting', () => {
  let sim: Rig;

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(() => sim.close());

  async function tweet(text: string, more: object = {}): Promise<string> {
    const { body } = await sim.control('/posts', { json: { from: 'warga', text, ...more } });
    return (body as { id: string }).id;
  }

  /** The problem that the reply met. */
  async function refusal(text: string, inReplyToId?: string): Promise<ApiResponseError> {
    try {
      await (inReplyToId === undefined ? sim.user.v2.tweet(text) : sim.user.v2.reply(text, inReplyToId));
    } catch (error) {
      if (error instanceof ApiResponseError) return error;
      throw error;
    }
    throw new Error('X took the post');
  }

  it('puts a reply into its thread', async () => {
    const id = await tweet('@lapor1708 lampu mati');
    const { data } = await sim.user.v2.reply('Laporan diterima #9165816', id);
    expect(data.text).to.equal('@warga Laporan diterima #9165816');
    const thread = await sim.control(`/conversations/${id}?after=${id}`);
    expect(thread.at('posts.0.text')).to.equal('Laporan diterima #9165816');
    expect(thread.at('posts.0.inReplyTo')).to.equal(id);
  });

  const summons: ReadonlyArray<{ label: string; post: () => Promise<string>; isSummoned: boolean }> = [
    { label: 'who names us', post: () => tweet('@lapor1708 rusak'), isSummoned: true },
    {
      label: 'who quotes us',
      post: async () => tweet('lihat ini', { quote: (await sim.user.v2.tweet('Pengumuman')).data.id }),
      isSummoned: true,
    },
    {
      label: 'who answers us',
      post: async () => tweet('terima kasih', { inReplyTo: (await sim.user.v2.tweet('Pengumuman')).data.id }),
      isSummoned: true,
    },
    { label: 'who only uses the hashtag', post: () => tweet('rusak #Lapor1708'), isSummoned: false },
    {
      label: 'who answers someone else in a thread that names us',
      post: async () => tweet('setuju', { from: 'teman', inReplyTo: await tweet('@lapor1708 rusak') }),
      isSummoned: false,
    },
  ];
  for (const { label, post, isSummoned } of summons) {
    it(`${isSummoned ? 'lets us answer' : 'refuses an answer to'} ${label}`, async () => {
      const id = await post();
      if (isSummoned) await sim.user.v2.reply('Terima kasih', id);
      else expect((await refusal('Terima kasih', id)).data.detail).to.match(/not been mentioned or otherwise engaged/);
    });
  }

  it('lets Enterprise answer the unsummoned', async () => {
    await sim.control('/switches', { method: 'PUT', json: { tier: 'enterprise' } });
    await sim.user.v2.reply('Terima kasih', await tweet('rusak #Lapor1708'));
  });

  const refusals: ReadonlyArray<{
    label: string;
    meet: () => Promise<ApiResponseError>;
    status: number;
    detail: RegExp;
  }> = [
    {
      label: 'the same text to the same person again',
      meet: async () => {
        const id = await tweet('@lapor1708 rusak');
        await sim.user.v2.reply('Terima kasih', id);
        return refusal('Terima kasih', id);
      },
      status: 403,
      detail: /duplicate content/,
    },
    { label: 'no text', meet: () => refusal(' '), status: 400, detail: /invalid/ },
    { label: '281 characters', meet: () => refusal('a'.repeat(281)), status: 403, detail: /too long/ },
    { label: '141 emoji', meet: () => refusal('😀'.repeat(141)), status: 403, detail: /too long/ },
    { label: 'an answer to nothing', meet: () => refusal('x', '20'), status: 403, detail: /deleted or not visible/ },
    {
      label: 'an answer where the author lets nobody',
      meet: async () => {
        const root = await tweet('Hanya teman', { from: 'artis', replySettings: 'following' });
        return refusal('x', await tweet('@lapor1708 lihat', { inReplyTo: root }));
      },
      status: 403,
      detail: /restricted who can reply/,
    },
    {
      label: 'everything while our account is suspended',
      meet: async () => {
        await sim.control('/switches', { method: 'PUT', json: { account: 'suspended' } });
        return refusal('x');
      },
      status: 403,
      detail: /suspended/,
    },
    {
      label: 'everything while the app may only read',
      meet: async () => {
        await sim.control('/switches', { method: 'PUT', json: { account: 'read-only' } });
        return refusal('x');
      },
      status: 403,
      detail: /oauth1 app permissions/,
    },
  ];
  for (const { label, meet, status, detail } of refusals) {
    it(`refuses ${label}`, async () => {
      const { code, data } = await meet();
      expect(code).to.equal(status);
      expect(data.detail).to.match(detail);
    });
  }

  it('counts a link as 23', async () => {
    const link = `https://lapor.go.id/${'a'.repeat(300)}`;
    await sim.user.v2.tweet(`${'a'.repeat(256)} ${link}`);
    expect((await refusal(`${'a'.repeat(257)} ${link}`)).data.detail).to.match(/too long/);
  });

  it('refuses keys that it does not know', async () => {
    const answer = await sim.user.v2.post('tweets', { text: 'x', colour: 'red' }).catch((error: unknown) => error);
    expect(answer).to.be.instanceOf(ApiResponseError).with.property('code', 400);
  });

  it('deletes our posts, and only ours', async () => {
    const { data } = await sim.user.v2.tweet('salah');
    expect((await sim.user.v2.deleteTweet(data.id)).data.deleted).to.equal(true);
    const other = await sim.user.v2.deleteTweet(await tweet('bukan kita')).catch((error: unknown) => error);
    expect(other).to.be.instanceOf(ApiResponseError).with.property('code', 403);
  });

  it('bills what was done: owned reads, other reads once a day, posts, links', async () => {
    const id = await tweet('@lapor1708 rusak');
    const { service } = sim.x.simulator;
    await sim.user.v2.userMentionTimeline(service.id);
    await sim.user.v2.userMentionTimeline(service.id);
    await tweet('rusak #lapor1708');
    await sim.call('/2/tweets/search/recent?query=%23lapor1708');
    await sim.user.v2.reply('Terima kasih', id);
    await sim.user.v2.reply('Lihat https://lapor.go.id', id);
    const bill = (await sim.control('/state')).at('bill') as { units: object; totalUsd: number };
    expect(bill.units).to.deep.include({ ownedRead: 1, postRead: 1, write: 1, writeWithUrl: 1 });
    expect(bill.totalUsd).to.equal(0.216);
  });
});
