import { Writable } from 'node:stream';
import { expect } from 'chai';
import { readText } from '../../../src/conversation/understanding/read.js';
import { ReadingThread } from '../../../src/conversation/understanding/readingThread.js';
import { createLogger, Redaction } from '../../../src/telemetry/logger.js';
import { packagedAids, packagedKnowledge } from './aids.js';

describe('the reading thread', () => {
  let lines: string[] = [];
  const output = new Writable({
    write: (line, _, done) => {
      lines.push(String(line));
      done();
    },
  });
  const log = createLogger({ level: 'debug', redaction: new Redaction([]), format: 'json', output });
  let reader: ReadingThread;

  beforeEach(() => {
    lines = [];
  });
  afterEach(() => reader.close());

  function broken(waitMs = 60_000): ReadingThread {
    const file = new URL('./brokenWorker.js', import.meta.url);
    return new ReadingThread(packagedKnowledge().data, log, file, waitMs);
  }

  const said = async (text: string): Promise<string> => {
    try {
      return (await reader.read(text)).text;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it('reads what the same text says when it is read here', async () => {
    reader = new ReadingThread(packagedKnowledge().data, log);
    const aids = await packagedAids();
    const texts = ['TANGKAB jalan rusak di kec Balaraja, hub 0812-3456-7890', 'RAHASIA kades minta uang', '', '😀 ok'];
    const readings = await Promise.all(texts.map((text) => reader.read(text)));
    expect(readings).to.deep.equal(texts.map((text) => readText(text, aids)));
  });

  it('keeps each reading with its text, over many batches', async () => {
    reader = broken();
    const asked: Promise<string>[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      for (let index = 0; index <= batch; index += 1) asked.push(said(`${batch}/${index}`));
      await Promise.resolve();
    }
    const all = await Promise.all(asked);
    const expected = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: batch + 1 }, (__, index) => `${batch}/${index}`),
    ).flat();
    expect(all).to.deep.equal(expected);
  });

  it('has room for many texts of the greatest length at once', async () => {
    reader = new ReadingThread(packagedKnowledge().data, log);
    const long = 'jalan rusak di kec Balaraja kab Tangerang, '.repeat(1_500);
    const readings = await Promise.all(Array.from({ length: 64 }, () => reader.read(long)));
    expect(readings.every(({ text }) => text === long)).to.equal(true);
    expect(lines).to.deep.equal([]);
  }).timeout(60_000);

  it('rejects what it was asked when it dies, and begins anew with the next text', async () => {
    reader = broken();
    const lost = [said('one'), said('die')];
    expect(await Promise.all(lost)).to.deep.equal(['the reading thread TypeError', 'the reading thread TypeError']);
    expect(await said('next')).to.equal('next');
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.contain('TypeError').and.not.contain('over a text');
  });

  it('ends a text that hangs, and begins anew', async () => {
    reader = broken(300);
    expect(await said('before')).to.equal('before');
    expect(await said('hang')).to.equal('the reading thread hangs');
    expect(await said('next')).to.equal('next');
  });

  it('rejects a text that got no reading, and no other', async () => {
    reader = broken();
    const answers = await Promise.all([said('one'), said('forget')]);
    expect(answers).to.deep.equal(['one', 'the reading thread gave no reading']);
  });

  it('rejects what is under way when it is closed', async () => {
    reader = broken();
    const asked = said('hang');
    await Promise.resolve();
    await reader.close();
    expect(await asked).to.equal('the reading thread closed');
  });
});
