import { expect } from 'chai';
import { type Called, type Rig, rig } from './client.js';

describe('simulated X: direct messages and media', () => {
  let sim: Rig;

  beforeEach(async () => {
    sim = await rig();
  });

  afterEach(() => sim.close());

  const userId = (handle: string): string => sim.x.simulator.people.called(handle).id;

  async function write(from: string, text: string): Promise<Called> {
    return sim.control('/messages', { json: { from, text } });
  }

  it('gives what citizens wrote, newest first, page by page', async () => {
    for (const n of [1, 2, 3]) await write('warga', `pesan ${n}`);
    const first = await sim.user.v2.get('dm_events', { max_results: 2, 'dm_event.fields': 'sender_id,created_at' });
    expect(first.data.map(({ text }: { text: string }) => text)).to.deep.equal(['pesan 3', 'pesan 2']);
    expect(first.data[0].sender_id).to.equal(userId('warga'));
    expect(first.data[0].event_type).to.equal('MessageCreate');
    const next = await sim.user.v2.get('dm_events', { max_results: 2, pagination_token: first.meta.next_token });
    expect(next.data.map(({ text }: { text: string }) => text)).to.deep.equal(['pesan 1']);
    expect(next.meta.next_token).to.equal(undefined);
  });

  it('answers lie in the conversation', async () => {
    await write('warga', 'rahasia');
    await sim.user.v2.post(`dm_conversations/with/${userId('warga')}/messages`, { text: 'Laporan diterima' });
    const { at } = await sim.control('/messages/warga');
    expect(at('messages.1')).to.deep.include({ from: 'lapor1708', to: 'warga', text: 'Laporan diterima' });
  });

  it('refuses who wants no messages and never wrote', async () => {
    await sim.control('/users/warga', { method: 'PUT', json: { receivesDms: false } });
    const send = () =>
      sim.user.v2.post(`dm_conversations/with/${userId('warga')}/messages`, { text: 'Halo' }).then(
        () => 201,
        (error: unknown) => (error as { code: number }).code,
      );
    expect(await send()).to.equal(403);
    await write('warga', 'Halo juga');
    expect(await send()).to.equal(201);
  });

  it('allows 15 in 15 minutes', async () => {
    for (let n = 0; n < 15; n += 1) await sim.user.v2.get('dm_events');
    const refused = await sim.user.v2.get('dm_events').catch((error: unknown) => error);
    expect(refused).to.have.property('code', 429);
  });

  it('gives media by key, and the files to anyone', async () => {
    await sim.control('/posts', { json: { from: 'warga', text: '@lapor1708', media: [{ altText: 'jalan' }] } });
    const mentions = await sim.call(`/2/users/${sim.x.simulator.service.id}/mentions?tweet.fields=attachments`);
    const key = mentions.at('data.0.attachments.media_keys.0');
    const media = await sim.call(`/2/media?media_keys=${key},3_1&media.fields=url,alt_text`);
    expect(media.at('data.0.alt_text')).to.equal('jalan');
    expect(media.at('errors.0.resource_id')).to.equal('3_1');
    const file = await fetch(String(media.at('data.0.url')));
    expect(file.headers.get('content-type')).to.equal('image/png');
    expect((await file.arrayBuffer()).byteLength).to.equal(Number(file.headers.get('content-length')));
  });
});
