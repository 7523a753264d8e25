import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { linkKeyIn } from '../../src/media/linkKey.js';
import { MediaShelf, ShelfFault } from '../../src/media/shelf.js';
import { png } from './pictures.js';

const roomy = 1_000_000;
const kept = (sha256: string) => ({ kind: 'kept', sha256, bytes: png().length, contentType: 'image/png' }) as const;

describe('the shelf of media', () => {
  let folder: string;
  let shelf: MediaShelf;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lapor-media-'));
    shelf = await MediaShelf.open(folder, roomy);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function files(): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }

  it('keeps octets under their own hash, readable by nobody else', async () => {
    const sha256 = await shelf.keep(png());
    expect(sha256).to.equal(createHash('sha256').update(png()).digest('hex'));
    const found = await shelf.find(sha256);
    if (found === null) throw new Error('it was not found');
    expect(await readFile(found.file)).to.deep.equal(png());
    expect((await stat(found.file)).mode & 0o077).to.equal(0);
  });

  it('keeps the same picture once', async () => {
    await Promise.all([shelf.keep(png()), shelf.keep(png('b'))]);
    await shelf.keep(png());
    expect(await files()).to.have.length(2);
    expect(shelf.bytesKept).to.equal(png().length * 2);
  });

  it('remembers what became of an attachment, over a restart, and shows its id to nobody', async () => {
    const sha256 = await shelf.keep(png());
    await shelf.remember('telegram:file-1', kept(sha256));
    await shelf.remember('telegram:file-2', { kind: 'refused', code: 'type' });
    const again = await MediaShelf.open(folder, roomy);
    expect(await again.recall('telegram:file-1')).to.deep.equal(kept(sha256));
    expect(await again.recall('telegram:file-2')).to.deep.equal({ kind: 'refused', code: 'type' });
    expect(await again.recall('telegram:file-3')).to.equal(null);
    expect((await files()).join(' ')).to.not.include('file-1');
    expect(again.bytesKept).to.be.greaterThan(png().length);
  });

  it('knows nothing of what is gone', async () => {
    const sha256 = await shelf.keep(png());
    await shelf.remember('a:1', kept(sha256));
    const found = await shelf.find(sha256);
    await rm(found?.file ?? '');
    expect(await shelf.recall('a:1')).to.equal(null);
  });

  for (const spoiled of ['', '{', '{"kind":"kept","sha256":"../../etc/passwd","bytes":1,"contentType":"a/b"}']) {
    it(`knows nothing of what was spoiled: ${spoiled}`, async () => {
      await shelf.remember('a:1', { kind: 'refused', code: 'type' });
      const [name = ''] = await files();
      await writeFile(join(folder, 'known', name.slice(0, 2), name), spoiled);
      expect(await shelf.recall('a:1')).to.equal(null);
    });
  }

  it('takes no more than its room', async () => {
    const small = await MediaShelf.open(folder, png().length * 2 - 1);
    await small.keep(png());
    await small.keep(png());
    const fault = await small.keep(png('b')).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(ShelfFault).with.property('message', 'the media take all their room');
  });

  it('leaves nothing half-written where the disk takes nothing', async () => {
    await writeFile(join(folder, 'octets'), 'a file where a folder must be');
    const fault = await shelf.keep(png()).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(ShelfFault);
    expect(await files()).to.deep.equal(['octets']);
  });

  it('removes what was not used since, and gives its room back', async () => {
    const old = await shelf.keep(png('old'));
    const used = await shelf.keep(png('used'));
    const longAgo = new Date(1_000);
    for (const sha256 of [old, used]) {
      const found = await shelf.find(sha256);
      await utimes(found?.file ?? '', longAgo, longAgo);
    }
    await shelf.remember('a:1', { kind: 'kept', sha256: used, bytes: 1, contentType: 'image/png' });
    await shelf.recall('a:1');
    await shelf.tidy(Date.now() - 60_000);
    expect(await shelf.find(old)).to.equal(null);
    expect(await shelf.find(used)).to.not.equal(null);
    expect(shelf.bytesKept).to.equal((await MediaShelf.open(folder, roomy)).bytesKept);
  });

  it('never removes the key of the links', async () => {
    const key = await linkKeyIn(folder);
    await shelf.tidy(Date.now() + 60_000);
    expect(await linkKeyIn(folder)).to.equal(key);
  });

  for (const sha256 of ['', '../link-key', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    it(`finds nothing by "${sha256}"`, async () => expect(await shelf.find(sha256)).to.equal(null));
  }
});
