import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SimulatedRig } from './simulated.js';

describe('twitter: against the simulated X', () => {
  let rig: SimulatedRig;

  afterEach(() => rig.close());

  for (const wording of ['tweet', 'post'] as const) {
    it(`takes a post with all that belongs to it, in the wording of \`${wording}\``, async () => {
      rig = await SimulatedRig.start({ switches: { wording } });
      await rig.open({ wording });
      const quoted = await rig.post('siti', 'lampu mati juga di sini');
      const posted = await rig.post('budi', '@lapor1708 lampu & kabel mati di Jl. Condrokusumo #lapor1708', {
        media: [{ type: 'photo', altText: 'tiang lampu' }, { type: 'video' }],
        place: { id: 'smg', fullName: 'Semarang, Jawa Tengah' },
        coordinates: [110.39, -6.98],
        quote: quoted.id,
      });
      await rig.until('it is taken', () => rig.parts.length === 1);
      const [part] = rig.parts;
      expect(part).to.include({
        text: 'lampu & kabel mati di Jl. Condrokusumo',
        to: '@lapor1708',
        externalId: posted.id,
      });
      const { attachments = [], ...extras } = part?.extras ?? {};
      expect(extras).to.deep.equal({
        audience: 'public',
        conversation: posted.id,
        point: { lat: -6.98, lon: 110.39 },
        place: 'Semarang, Jawa Tengah',
        publicUrl: `https://x.com/i/web/status/${posted.id}`,
      });
      expect(attachments.map(({ contentType, altText, width }) => ({ contentType, altText, width }))).to.deep.equal([
        { contentType: 'image/png', altText: 'tiang lampu', width: 1 },
        { contentType: 'video/mp4', altText: undefined, width: 1 },
        { contentType: 'text/html', altText: undefined, width: undefined },
      ]);
      expect(attachments.at(-1)?.url).to.equal(`https://x.com/i/web/status/${quoted.id}`);
      for (const address of ['budi', 'siti', part?.from ?? '']) {
        expect(part?.raw.toString(), 'evidence').to.not.include(address);
      }
    });
  }

  it('answers nothing that was there before it first started', async () => {
    rig = await SimulatedRig.start();
    await rig.post('lama', '@lapor1708 laporan lama');
    await rig.post('lama', '#lapor1708 tagar lama');
    await rig.control('POST', '/messages', { from: 'lama', text: 'pesan lama' });
    await rig.open();
    await rig.post('baru', '@lapor1708 laporan baru');
    await rig.until('the new one is taken', () => rig.parts.length > 0);
    expect(rig.texts).to.deep.equal(['laporan baru']);
  });

  it('takes what came while it was away, once and in order', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    await rig.post('budi', '@lapor1708 satu');
    await rig.until('the first is taken', () => rig.parts.length === 1);
    await rig.stopChannel();
    for (const text of ['dua', 'tiga', 'empat']) await rig.post('budi', `@lapor1708 ${text}`);
    await rig.post('siti', '#lapor1708 lima');
    await rig.open();
    await rig.until('all are taken', () => new Set(rig.texts).size === 5);
    const keys = rig.parts.map(({ key }) => (key.by === 'id' ? key.id : ''));
    const byBudi = rig.parts
      .filter(({ text }) => text !== 'lima')
      .filter(({ key }, index) => keys.indexOf(keyOf(key)) === index);
    expect(byBudi.map(({ text }) => text)).to.deep.equal(['satu', 'dua', 'tiga', 'empat']);
  });

  it('takes a thousand mentions of one moment, each once, the oldest first', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    await rig.control('POST', '/bursts', { count: 1_000, text: 'laporan {n}' });
    await rig.until('all are taken', () => rig.parts.length >= 1_000);
    expect(new Set(rig.texts).size).to.equal(1_000);
    const numbers = rig.parts.map(({ text }) => Number(text?.split(' ')[1]));
    // X's timeline has the 800 newest; the 200 before them come by search.
    expect(numbers.slice(0, 800)).to.deep.equal(Array.from({ length: 800 }, (_, index) => index + 201));
    expect(numbers.slice(800)).to.deep.equal(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('reads mentions again soon where half a timeline came, at the pace that the limit allows', async () => {
    rig = await SimulatedRig.start({ switches: { windowMs: 150_000 } });
    await rig.open();
    await rig.stopChannel();
    await rig.control('POST', '/bursts', { count: 450, text: 'laporan {n}' });
    const asked = () => rig.x.simulator.requests.get('getUsersMentions 200') ?? 0;
    const before = asked();
    await rig.open({ pollSeconds: 3_600, searchSeconds: 3_600 });
    await rig.until('five pages are read', () => asked() >= before + 5);
    const readMs = performance.now();
    await rig.until('it is looked for more', () => asked() === before + 6);
    // 300 readings in 150 seconds.
    expect(performance.now() - readMs).to.be.within(300, 3_000);
    expect(rig.parts).to.have.length(450);
  });

  it('finds a post that comes late into the index of X', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    await rig.post('telat', '@lapor1708 telat', { lateMs: 400 });
    await rig.post('budi', '@lapor1708 tepat waktu');
    await rig.until('both are taken', () => rig.parts.length === 2);
    expect(rig.texts).to.deep.equal(['tepat waktu', 'telat']);
  });

  it('tells an edit as news of the post', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const first = await rig.post('budi', '@lapor1708 jalan rusak di Sukasda');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const edited = await rig.control<{ id: string }>('POST', `/posts/${first.id}/edit`, {
      text: '@lapor1708 jalan rusak di Sukasada',
    });
    await rig.until('the edit is taken', () => rig.parts.length === 2);
    expect(rig.parts[1]).to.deep.include({
      text: 'jalan rusak di Sukasada',
      key: { by: 'id', id: edited.id },
      about: { externalId: first.id, change: 'edited' },
    });
  });

  it('takes no repost, no post of its own, and none that names it out of sight', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const posted = await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const [part] = rig.parts;
    await rig.send({ to: part?.from ?? '', inReplyTo: posted.id });
    await rig.post('siti', '', { repost: posted.id });
    await rig.post('agus', 'setuju!', { inReplyTo: posted.id });
    await rig.post('penutup', '@lapor1708 penutup');
    await rig.until('the last is taken', () => rig.texts.includes('penutup'));
    expect(rig.texts).to.deep.equal(['jalan rusak', 'penutup']);
  });

  it('replies in the thread, and knows the answer to its reply by the thread', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const posted = await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const outcome = await rig.send({ to: rig.parts[0]?.from ?? '', inReplyTo: posted.id });
    const [replyId = ''] = outcome.kind === 'accepted' ? outcome.externalIds : [];
    expect((await rig.thread(posted.id)).map(({ from, inReplyTo }) => [from, inReplyTo])).to.deep.equal([
      ['budi', null],
      ['lapor1708', posted.id],
    ]);
    await rig.post('budi', 'sudah seminggu begini', { inReplyTo: replyId });
    await rig.until('the answer is taken', () => rig.parts.length === 2);
    expect(rig.parts[1]).to.include({ text: 'sudah seminggu begini', from: rig.parts[0]?.from });
    expect(rig.parts[1]?.extras).to.include({ inReplyTo: replyId, conversation: posted.id });
  });

  it('withholds news, and sends them to whoever opened direct messages', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const posted = await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const to = rig.parts[0]?.from ?? '';
    await rig.send({ to, inReplyTo: posted.id });
    const news = { id: 'kabar', to, inReplyTo: posted.id, kind: 'status', text: 'Sedang ditangani' } as const;
    expect(await rig.send(news)).to.include({ kind: 'withheld', code: 'acknowledge_only' });
    expect(await rig.send({ ...news, kind: 'reminder' })).to.include({ kind: 'withheld', code: 'acknowledge_only' });
    await rig.control('POST', '/messages', { from: 'budi', text: 'ada kabar?' });
    await rig.until('the message is taken', () => rig.parts.length === 2);
    expect(rig.parts[1]?.extras).to.deep.equal({ audience: 'private', flags: ['confidential'] });
    expect((await rig.send(news)).kind).to.equal('accepted');
    const answered = await rig.send({ to, inReplyTo: rig.parts[1]?.externalId ?? '', text: 'Tim menuju lokasi' });
    expect(answered.kind).to.equal('accepted');
    const { messages } = await rig.control<{ messages: { text: string }[] }>('GET', '/messages/budi');
    expect(messages.map(({ text }) => text)).to.deep.equal(['ada kabar?', 'Sedang ditangani', 'Tim menuju lokasi']);
    expect(await rig.thread(posted.id)).to.have.length(2);
  });

  it('posts all replies where X agreed to it', async () => {
    rig = await SimulatedRig.start({ switches: { tier: 'enterprise' } });
    await rig.open({ tier: 'enterprise' });
    const posted = await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const to = rig.parts[0]?.from ?? '';
    await rig.send({ to, inReplyTo: posted.id });
    await rig.send({ id: 'kabar', to, inReplyTo: posted.id, kind: 'status', text: 'Sedang ditangani' });
    expect(await rig.thread(posted.id)).to.have.length(3);
  });

  it('withholds a reply to whoever did not call us', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const posted = await rig.post('siti', '#lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const outcome = await rig.send({ to: rig.parts[0]?.from ?? '', inReplyTo: posted.id });
    expect(outcome).to.include({ kind: 'withheld', code: 'not_summoned' });
  });

  it('ends a talk with an automaton that answers every reply', async () => {
    rig = await SimulatedRig.start({ switches: { tier: 'enterprise' } });
    await rig.open({ tier: 'enterprise', repliesPerConversationPerDay: 5 });
    let last = await rig.post('robot', '@lapor1708 halo 0');
    let rounds = 0;
    for (; rounds < 50; rounds += 1) {
      if (rounds === 4) {
        // A restart in between gives it no new ones.
        await rig.stopChannel();
        await rig.open({ tier: 'enterprise', repliesPerConversationPerDay: 5 });
      }
      await rig.until('the automaton is heard', () => rig.parts.length === rounds + 1);
      const outcome = await rig.send({ to: rig.parts[0]?.from ?? '', inReplyTo: last.id });
      if (outcome.kind !== 'accepted') break;
      last = await rig.post('robot', `halo ${rounds + 1}`, { inReplyTo: outcome.externalIds[0] });
    }
    expect(rounds).to.equal(5);
  });

  it('posts no reply twice when the answer to the first was lost', async () => {
    rig = await SimulatedRig.start();
    await rig.open();
    const posted = await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    const reply = { to: rig.parts[0]?.from ?? '', inReplyTo: posted.id };
    await rig.control('PUT', '/faults', { on: 'createPosts', dropAfterStore: true, count: 1 });
    expect((await rig.send(reply)).kind).to.equal('uncertain');
    const outcome = await rig.send(reply);
    const thread = await rig.thread(posted.id);
    expect(thread).to.have.length(2);
    expect(outcome).to.deep.equal({ kind: 'accepted', externalIds: [thread[1]?.id] });
  });

  it('waits for the reset of a limit in the middle of a reading, and misses nothing', async () => {
    rig = await SimulatedRig.start();
    await rig.open({ hashtags: [], pollSeconds: 0.3 });
    await rig.control('POST', '/bursts', { count: 250, text: 'laporan {n}' });
    await rig.control('PUT', '/faults', { on: 'getUsersMentions', problem: 'rate-limited', every: 2, count: 1 });
    await rig.control('PUT', '/switches', { enforceLimits: true, windowMs: 1_000 });
    await rig.until('all are taken', () => new Set(rig.texts).size === 250);
  });

  it('slows down near a cap, rests at it, and answers all the same', async () => {
    rig = await SimulatedRig.start();
    await rig.open({ budget: { perDayUsd: 0.0025 }, directMessages: false });
    const posts = [];
    for (let n = 0; n < 3; n += 1) posts.push(await rig.post(`warga${n}`, `@lapor1708 laporan ${n}`));
    await rig.until('it rests', () => rig.channel.health().links.some(({ state }) => state === 'resting'));
    const [part] = rig.parts;
    expect((await rig.send({ to: part?.from ?? '', inReplyTo: part?.externalId ?? '' })).kind).to.equal('accepted');
    expect(rig.channel.health().state).to.equal('up');
  });

  it('counts what X bills, and remembers it', async () => {
    rig = await SimulatedRig.start();
    // Search leaves what is younger than two readings of mentions to those, which are cheaper.
    await rig.open({ pollSeconds: 0.5 });
    for (let n = 0; n < 20; n += 1) await rig.post(`warga${n}`, `@lapor1708 laporan ${n}`);
    await rig.post('siti', '#lapor1708 tagar');
    await rig.until('all are taken', () => rig.parts.length === 21);
    for (const part of rig.parts.slice(0, 5)) await rig.send({ to: part.from, inReplyTo: part.externalId });
    const { bill } = await rig.control<{ bill: { totalUsd: number } }>('GET', '/state');
    expect(rig.channel.health().facts?.spent_today_usd).to.equal(bill.totalUsd);
    await rig.stopChannel();
    await rig.open();
    const asked = () => rig.x.simulator.requests.get('searchPostsRecent 200') ?? 0;
    const before = asked();
    await rig.until('the overlap is searched again', () => asked() > before + 1);
    expect(rig.channel.health().facts?.spent_today_usd, 'after a restart').to.equal(bill.totalUsd);
  });

  it('renews its token under OAuth 2 and goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'x-token-'));
    rig = await SimulatedRig.start();
    const oauth1 = {
      consumerKey: undefined,
      consumerSecret: undefined,
      accessToken: undefined,
      accessTokenSecret: undefined,
    };
    const oauth2 = { clientId: 'sim-client-id', clientSecret: 'sim-client-secret', refreshToken: 'sim-refresh-token' };
    await rig.open({ ...oauth1, ...oauth2, tokenFile: join(folder, 'token.json') });
    await rig.control('POST', '/actions', { action: 'expire-access-tokens' });
    await rig.post('budi', '@lapor1708 jalan rusak');
    await rig.until('it is taken', () => rig.parts.length === 1);
    rmSync(folder, { recursive: true });
  });

  it('takes what streams bring, twice, out of order and cut inside characters, once', async () => {
    rig = await SimulatedRig.start({
      switches: { pushTwice: true, pushPairsSwapped: true, chunkOctets: 1, keepAliveMs: 50 },
    });
    await rig.open({ receive: 'stream', pollSeconds: 60, searchSeconds: 60, directMessageSeconds: 60 });
    await rig.control('GET', '/state?streams=2&waitMs=5000');
    for (let n = 0; n < 6; n += 1) await rig.post(`warga${n}`, `@lapor1708 lubang 👨‍👩‍👧 ${n}`);
    await rig.control('POST', '/messages', { from: 'budi', text: 'pesan 漢' });
    await rig.until('all are taken', () => rig.parts.length >= 7);
    expect([...rig.texts].sort()).to.deep.equal([
      'lubang 👨‍👩‍👧 0',
      'lubang 👨‍👩‍👧 1',
      'lubang 👨‍👩‍👧 2',
      'lubang 👨‍👩‍👧 3',
      'lubang 👨‍👩‍👧 4',
      'lubang 👨‍👩‍👧 5',
      'pesan 漢',
    ]);
  });

  it('reads what was posted while a stream was down', async () => {
    rig = await SimulatedRig.start({ switches: { keepAliveMs: 50 } });
    await rig.open({ receive: 'stream', pollSeconds: 60, safetyNetSeconds: 3_600, searchSeconds: 3_600 });
    await rig.control('GET', '/state?streams=2&waitMs=5000');
    await rig.control('PUT', '/faults', { on: 'streamPosts', status: 503, count: 1 });
    await rig.control('POST', '/actions', { action: 'drop-streams' });
    await rig.post('budi', '@lapor1708 di sela-sela');
    await rig.until('it is taken', () => rig.parts.length === 1);
  });

  it('registers its webhook, proves it, and takes what comes', async () => {
    rig = await SimulatedRig.start({ switches: { pushTwice: true } });
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = new URL(request.url ?? '/', 'http://x');
      const answer = await rig.channel.handleWebhook?.(
        {
          method: request.method ?? '',
          url: request.url ?? '',
          query: url.searchParams,
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks),
          remoteAddress: '127.0.0.1',
        },
        rig.inbox,
      );
      response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/twitter`;
    try {
      await rig.open({ receive: 'webhook', pollSeconds: 60, searchSeconds: 60, directMessageSeconds: 60 }, webhookUrl);
      await rig.until('it is registered', () => rig.channel.health().links.some(({ state }) => state === 'registered'));
      const posted = await rig.post('budi', '@lapor1708 jalan rusak 👨‍👩‍👧');
      await rig.until('the post is taken', () => rig.parts.length === 1);
      const reply = await rig.send({ to: rig.parts[0]?.from ?? '', inReplyTo: posted.id });
      await rig.post('budi', 'terima kasih', { inReplyTo: reply.kind === 'accepted' ? reply.externalIds[0] : '' });
      await rig.control('POST', '/messages', { from: 'siti', text: 'pesan rahasia' });
      await rig.until('all are taken', () => rig.parts.length === 3);
      expect([...rig.texts].sort()).to.deep.equal(['jalan rusak 👨‍👩‍👧', 'pesan rahasia', 'terima kasih']);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('keeps nothing of an address in its positions', async () => {
    rig = await SimulatedRig.start();
    await rig.open({ recheckDays: 0 });
    await rig.control('POST', '/messages', { from: 'budi', text: 'pesan' });
    await rig.until('it is taken', () => rig.parts.length === 1);
    await rig.stopChannel();
    const kept = JSON.stringify([...rig.inbox.cursors]);
    expect(kept).to.include('spent').and.not.include(rig.parts[0]?.from);
  });
});

function keyOf(key: SimulatedRig['parts'][number]['key']): string {
  return key.by === 'id' ? key.id : '';
}
