import { expect } from 'chai';
import { type Called, type Rig, rig } from './client.js';

describe('simulated X: reading posts', () => {
  let sim: Rig;

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(() => sim.close());

  async function tweet(text: string, more: object = {}): Promise<string> {
    const { body } = await sim.control('/posts', { json: { from: 'warga', text, ...more } });
    return (body as { id: string }).id;
  }

  function mentions(query = ''): Promise<Called> {
    return sim.call(`/2/users/${sim.x.simulator.service.id}/mentions?${query}`);
  }

  function idsOf(answer: Called): readonly string[] {
    return ((answer.at('data') ?? []) as ReadonlyArray<{ id: string }>).map(({ id }) => id);
  }

  it('gives the default fields, and only those', async () => {
    const id = await tweet('@lapor1708 lampu mati');
    expect((await mentions()).body).to.deep.equal({
      data: [{ id, text: '@lapor1708 lampu mati', edit_history_tweet_ids: [id] }],
      meta: { newest_id: id, oldest_id: id, result_count: 1 },
    });
  });

  it('leaves data out where there is nothing', async () => {
    expect((await mentions()).body).to.deep.equal({ meta: { result_count: 0 } });
  });

  it('pages from the newest back, between two ids', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await tweet(`@lapor1708 nomor ${n}`));
    const [first, last] = [ids[0], ids[11]];
    const since = await mentions(`max_results=5&since_id=${first}&until_id=${last}`);
    expect(idsOf(since)).to.deep.equal(ids.slice(6, 11).reverse());
    const next = await mentions(
      `max_results=5&since_id=${first}&until_id=${last}&pagination_token=${since.at('meta.next_token')}`,
    );
    expect(idsOf(next)).to.deep.equal(ids.slice(1, 6).reverse());
    expect(next.at('meta.next_token')).to.equal(undefined);
  });

  it('ends the mentions after the 800 newest', async () => {
    await sim.control('/bursts', { json: { count: 805 } });
    let [count, token] = [0, ''];
    do {
      const answer = await mentions(`max_results=100${token}`);
      count += idsOf(answer).length;
      const next = answer.at('meta.next_token');
      token = next === undefined ? '' : `&pagination_token=${next}`;
    } while (token !== '');
    expect(count).to.equal(800);
  });

  it('shows the newest version of an edited post, with all its ids', async () => {
    const first = await tweet('@lapor1708 Jl. Mawar');
    const edited = await sim.control(`/posts/${first}/edit`, { json: { text: '@lapor1708 Jl. Melati' } });
    const answer = await mentions();
    expect(answer.at('data')).to.deep.equal([
      {
        id: edited.at('id'),
        text: '@lapor1708 Jl. Melati',
        edit_history_tweet_ids: [first, edited.at('id')],
      },
    ]);
  });

  const hidden: ReadonlyArray<{ label: string; hide: (id: string) => Promise<unknown>; problem: string }> = [
    {
      label: 'deleted',
      hide: (id) => sim.control(`/posts/${id}`, { method: 'DELETE' }),
      problem: 'resource-not-found',
    },
    {
      label: 'of a protected account',
      hide: () => sim.control('/users/warga', { method: 'PUT', json: { protected: true } }),
      problem: 'not-authorized-for-resource',
    },
    {
      label: 'of a suspended account',
      hide: () => sim.control('/users/warga', { method: 'PUT', json: { suspended: true } }),
      problem: 'not-authorized-for-resource',
    },
  ];
  for (const { label, hide, problem } of hidden) {
    it(`shows no post ${label}, and a look-up says why beside what it found`, async () => {
      const good = await tweet('@lapor1708 baik', { from: 'tetangga' });
      const gone = await tweet('@lapor1708 hilang');
      await hide(gone);
      expect(idsOf(await mentions())).to.deep.equal([good]);
      const looked = await sim.call(`/2/tweets?ids=${gone},${good}`);
      expect(looked.status).to.equal(200);
      expect(idsOf(looked)).to.deep.equal([good]);
      expect(looked.at('errors.0.resource_id')).to.equal(gone);
      expect(String(looked.at('errors.0.type')).endsWith(`/${problem}`)).to.equal(true);
    });
  }

  it('shows a late post when its time has come, among those with newer ids', async () => {
    const late = await tweet('@lapor1708 terlambat', { lateMs: 3_600_000 });
    const prompt = await tweet('@lapor1708 segera');
    expect(idsOf(await mentions())).to.deep.equal([prompt]);
    await sim.control('/actions', { json: { action: 'index-now' } });
    expect(idsOf(await mentions())).to.deep.equal([prompt, late]);
    expect(idsOf(await mentions(`since_id=${prompt}`)), 'missed by its id').to.deep.equal([]);
  });

  it('cuts a repost at 140', async () => {
    const id = await tweet(`@lapor1708 ${'jalan rusak '.repeat(15)}`);
    await tweet('', { from: 'teman', repost: id });
    const answer = await mentions('tweet.fields=referenced_tweets');
    expect([...String(answer.at('data.0.text'))]).to.have.length(140);
    expect(answer.at('data.0.text')).to.match(/^RT @warga: @lapor1708 jalan .*…$/);
    expect(answer.at('data.0.referenced_tweets.0.type')).to.equal('retweeted');
  });

  it('hides mentions that X itself puts before a reply', async () => {
    const own = await sim.user.v2.tweet('Selamat pagi');
    await tweet('masih rusak', { inReplyTo: own.data.id });
    const answer = await mentions('tweet.fields=display_text_range,in_reply_to_user_id,referenced_tweets');
    expect(answer.at('data.0.text')).to.equal('@lapor1708 masih rusak');
    expect(answer.at('data.0.display_text_range')).to.deep.equal([11, 22]);
    expect(answer.at('data.0.in_reply_to_user_id')).to.equal(sim.x.simulator.service.id);
    expect(answer.at('data.0.referenced_tweets')).to.deep.equal([{ type: 'replied_to', id: own.data.id }]);
  });

  it('cuts a long post and gives its whole text apart', async () => {
    const text = `@lapor1708 ${'jalan rusak & berlubang '.repeat(20)}selesai`;
    await tweet(text);
    const answer = await mentions('tweet.fields=note_tweet');
    expect(answer.at('data.0.note_tweet.text')).to.equal(text.replaceAll('&', '&amp;'));
    expect(String(answer.at('data.0.text'))).to.match(/… https:\/\/t\.co\/\w{10}$/);
  });

  it('gives media, places and referenced posts with their expansions', async () => {
    const root = await tweet('Ada yang tahu?');
    await tweet('@lapor1708 ini fotonya', {
      from: 'saksi',
      quote: root,
      media: [{ altText: 'lubang' }],
      place: { id: 'p1', fullName: 'Semarang, Jawa Tengah' },
      coordinates: [110.42, -6.99],
    });
    const expansions = 'attachments.media_keys,geo.place_id,referenced_tweets.id,author_id';
    const answer = await mentions(`expansions=${expansions}&media.fields=url,alt_text&tweet.fields=geo`);
    expect(answer.at('includes.media.0.alt_text')).to.equal('lubang');
    expect(answer.at('includes.places.0.full_name')).to.equal('Semarang, Jawa Tengah');
    expect(answer.at('includes.tweets.0.id')).to.equal(root);
    expect(answer.at('includes.users.0.username')).to.equal('saksi');
    expect(answer.at('data.0.geo.coordinates.coordinates')).to.deep.equal([110.42, -6.99]);
  });

  it('counts entities in code points of the escaped text', async () => {
    await tweet('😀 <b> @lapor1708 #Lapor1708');
    const answer = await mentions('tweet.fields=entities');
    const text = [...String(answer.at('data.0.text'))];
    const slice = (entity: string) =>
      text.slice(Number(answer.at(`${entity}.start`)), Number(answer.at(`${entity}.end`))).join('');
    expect(slice('data.0.entities.mentions.0')).to.equal('@lapor1708');
    expect(slice('data.0.entities.hashtags.0')).to.equal('#Lapor1708');
  });

  const queries: ReadonlyArray<{ query: string; finds: readonly string[] }> = [
    { query: '@lapor1708', finds: ['mention', 'repost', 'own reply'] },
    { query: '(@lapor1708 OR #lapor1708) -is:retweet -from:lapor1708', finds: ['mention', 'hashtag'] },
    { query: '"lampu mati"', finds: ['hashtag'] },
    { query: 'lampu has:hashtags -mati', finds: [] },
    { query: 'from:lapor1708 is:reply', finds: ['own reply'] },
  ];
  for (const { query, finds } of queries) {
    it(`search: ${query}`, async () => {
      const mention = await tweet('@lapor1708 jalan rusak');
      const named: Record<string, unknown> = { mention };
      named.hashtag = await tweet('lampu mati #Lapor1708');
      named.repost = await tweet('', { from: 'teman', repost: mention });
      named['own reply'] = (await sim.user.v2.reply('terima kasih @lapor1708', mention)).data.id;
      const answer = await sim.call(`/2/tweets/search/recent?query=${encodeURIComponent(query)}`);
      expect(answer.status).to.equal(200);
      expect([...idsOf(answer)].sort()).to.deep.equal(finds.map((name) => named[name]).sort());
    });
  }

  const refused: ReadonlyArray<{ label: string; path: string; message: RegExp }> = [
    { label: 'an unknown parameter', path: '/2/tweets?ids=1&count=3', message: /\[count\]/ },
    { label: 'an unknown field', path: '/2/tweets?ids=1&tweet.fields=colour', message: /\[colour\] is not one of/ },
    { label: 'a page too small', path: '/2/tweets/search/recent?query=a&max_results=9', message: /between 10 and 100/ },
    { label: 'a query without an end', path: '/2/tweets/search/recent?query=(a', message: /bracket/ },
    { label: 'a query of operators alone', path: '/2/tweets/search/recent?query=-is:retweet', message: /stand alone/ },
    {
      label: 'a since_id older than 7 days',
      path: '/2/tweets/search/recent?query=a&since_id=20',
      message: /created after/,
    },
    { label: 'the other wording', path: '/2/tweets?ids=1&post.fields=id', message: /post\.fields/ },
  ];
  for (const { label, path, message } of refused) {
    it(`refuses ${label}`, async () => {
      const answer = await sim.call(path);
      expect(answer.status).to.equal(400);
      expect(answer.headers.get('content-type')).to.include('application/problem+json');
      expect(answer.at('type')).to.equal('https://api.twitter.com/2/problems/invalid-request');
      expect(String(answer.at('errors.0.message'))).to.match(message);
    });
  }

  it('speaks the new wording when told to', async () => {
    await sim.control('/switches', { method: 'PUT', json: { wording: 'post' } });
    const root = await tweet('Ada yang tahu?');
    const id = await tweet(`@lapor1708 ${'panjang sekali '.repeat(30)}`, { quote: root });
    const answer = await mentions('post.fields=note_post&expansions=referenced_posts,author_id');
    expect(answer.at('data.0.edit_history_post_ids')).to.deep.equal([id]);
    expect(answer.at('data.0.referenced_posts')).to.deep.equal([{ type: 'quoted', id: root }]);
    expect(answer.at('includes.posts.0.id')).to.equal(root);
    expect(String(answer.at('data.0.note_post.text'))).to.include('panjang');
    expect((await sim.call('/2/tweets?ids=x')).at('type')).to.equal('https://api.x.com/2/problems/invalid-request');
  });
});
