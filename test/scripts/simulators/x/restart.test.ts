import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startX } from '../../../../scripts/simulators/x/index.js';
import { type Rig, rig } from './client.js';

describe('simulated X: a restart', () => {
  let folder: string;
  let file: string;
  let sim: Rig;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulated-x-'));
    file = join(folder, 'data', 'x.jsonl');
    sim = await rig({ file });
  });

  afterEach(async () => {
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function restart(): Promise<void> {
    await sim.close();
    sim = await rig({ file });
  }

  async function tweet(text: string, more: object = {}): Promise<string> {
    const { at } = await sim.control('/posts', { json: { from: 'warga', text, ...more } });
    return String(at('id'));
  }

  async function known(): Promise<unknown> {
    const fields = 'tweet.fields=author_id,conversation_id,created_at,referenced_tweets,geo,attachments';
    const mentions = await sim.call(`/2/users/${sim.x.simulator.service.id}/mentions?max_results=100&${fields}`);
    const messages = await sim.control('/messages/warga');
    return [mentions.at('data'), messages.at('messages')];
  }

  it('changes nothing that anyone can see', async () => {
    const root = await tweet('@lapor1708 rusak', { coordinates: [110.42, -6.99], media: [{ altText: 'lubang' }] });
    await sim.user.v2.reply('Terima kasih', root);
    await tweet('masih rusak', { inReplyTo: root });
    const wrong = await tweet('@lapor1708 salah ketk');
    await sim.control(`/posts/${wrong}/edit`, { json: { text: '@lapor1708 salah ketik' } });
    await sim.control(`/posts/${await tweet('@lapor1708 hapus')}`, { method: 'DELETE' });
    await tweet('@lapor1708 tertutup', { from: 'tertutup' });
    await sim.control('/users/tertutup', { method: 'PUT', json: { protected: true } });
    await sim.control('/messages', { json: { from: 'warga', text: 'rahasia' } });
    const before = await known();
    expect(before).to.have.nested.property('[0].length', 3);
    await restart();
    expect(await known()).to.deep.equal(before);
    const again = await sim.user.v2.reply('Terima kasih', root).catch((error: unknown) => error);
    expect(again, 'still a duplicate').to.have.property('code', 403);
    expect(BigInt(await tweet('@lapor1708 baru')) > BigInt(wrong)).to.equal(true);
  });

  it('leaves behind what is older than 30 days', async () => {
    const old = { kind: 'posted', id: '1', atMs: Date.now() - 31 * 86_400_000, from: 'warga', draft: { text: 'lama' } };
    await appendFile(file, `${JSON.stringify(old)}\n`);
    const id = await tweet('@lapor1708 baru');
    await restart();
    expect((await sim.call(`/2/tweets?ids=1,${id}`)).at('data')).to.have.length(1);
    expect(await readFile(file, 'utf8')).not.to.include('lama');
  });

  it('forgives half a line at the end, as a kill leaves it', async () => {
    const id = await tweet('@lapor1708 rusak');
    await appendFile(file, '{"kind":"pos');
    await restart();
    expect((await sim.call(`/2/tweets?ids=${id}`)).at('data.0.id')).to.equal(id);
  });

  it('says which line of the file it cannot read', async () => {
    await sim.close();
    await writeFile(file, 'bukan JSON\n{}\n');
    const failed = await startX({ file }).catch((error: unknown) => error);
    expect(failed)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(/x\.jsonl, line 1: not what the simulated X wrote/);
  });

  it('keeps the file to its owner', async () => {
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
  });
});
