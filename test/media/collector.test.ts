import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Attachment, Report } from '../../src/domain/report.js';
import { type ChannelOf, MediaCollector } from '../../src/media/collector.js';
import { roomOf } from '../../src/media/room.js';
import { trackerWithMedia } from '../../src/media/trackerWithMedia.js';
import type { Channel, FetchedAttachment } from '../../src/ports/channel.js';
import { sampleReport } from '../adapters/trackers/samples.js';
import { MemoryChannel } from '../fakes/channel.js';
import { Facts } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { MemoryTracker } from '../fakes/tracker.js';
import { png } from './pictures.js';

const never = new AbortController().signal;
const mine: Attachment = { id: 'telegram:file-1', contentType: 'text/html', bytes: null, sha256: null };

describe('attachments on their way to the tracker', () => {
  let folder: string;
  let log: MemoryLog;
  let asked: string[];
  let answer: FetchedAttachment;
  let channel: Channel;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lapor-media-'));
    log = new MemoryLog();
    asked = [];
    answer = { kind: 'fetched', octets: png() };
    channel = Object.assign(new MemoryChannel(new Facts()), {
      fetchAttachment: async (id: string) => {
        asked.push(id);
        return answer;
      },
    });
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  function collectorOver(channelOf: ChannelOf = () => channel, diskBytes = 1_000_000): MediaCollector {
    const room = roomOf({
      folder: join(folder, 'media'),
      maxBytesKept: diskBytes,
      baseUrl: 'http://gateway.internal:1708',
      linkValidMs: 60_000,
    });
    return new MediaCollector(room, { maxBytes: 1_000, contentTypes: ['image/png'] }, channelOf, log);
  }

  async function collected(collector: MediaCollector, attachments: readonly Attachment[] = [mine]) {
    const found = await collector.collect(attachments, never);
    if (found.kind === 'later') throw new Error(found.cause);
    return found;
  }

  it('are fetched by their channel, and become links of the type that they really have', async () => {
    const { attachments, missing } = await collected(collectorOver());
    expect(asked).to.deep.equal(['file-1']);
    expect(missing).to.equal(0);
    expect(attachments[0]).to.include({ contentType: 'image/png', bytes: png().length });
    expect(attachments[0]?.url).to.match(/^http:\/\/gateway\.internal:1708\/media\/[0-9a-f]{64}\?type=image%2Fpng&/);
    expect(attachments[0]?.id).to.equal(attachments[0]?.sha256);
  });

  it('are fetched once, also over a restart', async () => {
    await collected(collectorOver());
    await collected(collectorOver());
    expect(asked).to.have.length(1);
  });

  const theirs: readonly { readonly label: string; readonly attachment: Attachment; readonly channelOf?: ChannelOf }[] =
    [
      { label: 'with a URL of its own', attachment: { ...mine, url: 'https://pbs.twimg.com/media/x.jpg' } },
      { label: 'that names no channel', attachment: { ...mine, id: 'MEDIA-7' } },
      { label: 'of a channel that is gone', attachment: mine, channelOf: () => undefined },
      { label: 'of a channel that fetches nothing', attachment: mine, channelOf: () => new MemoryChannel(new Facts()) },
    ];
  for (const { label, attachment, channelOf } of theirs) {
    it(`are left as they are: one ${label}`, async () => {
      const { attachments, missing } = await collected(collectorOver(channelOf), [attachment]);
      expect(attachments).to.deep.equal([attachment]);
      expect(missing).to.equal(0);
      expect(asked).to.deep.equal([]);
    });
  }

  const refused: readonly { readonly label: string; readonly answer: FetchedAttachment; readonly code: string }[] = [
    { label: 'a page of script', answer: { kind: 'fetched', octets: Buffer.from('<html>') }, code: 'type' },
    { label: 'a type that is not allowed', answer: { kind: 'fetched', octets: Buffer.from('%PDF-1.7') }, code: 'type' },
    { label: 'more than is allowed', answer: { kind: 'fetched', octets: png('x'.repeat(1_000)) }, code: 'too_large' },
    { label: 'what is gone', answer: { kind: 'never', code: 'gone' }, code: 'gone' },
  ];
  for (const { label, answer: given, code } of refused) {
    it(`are not kept: ${label}, and never asked for again`, async () => {
      answer = given;
      const collector = collectorOver();
      const { attachments, missing } = await collected(collector);
      expect(attachments).to.deep.equal([mine]);
      expect(missing).to.equal(1);
      expect(log.text).to.include(`"code":"${code}"`);
      await collected(collector);
      expect(asked).to.have.length(1);
    });
  }

  it('are tried again while they cannot be had, and then the report goes on without', async () => {
    answer = { kind: 'later', cause: 'ECONNRESET' };
    const collector = collectorOver();
    const kinds: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) kinds.push((await collector.collect([mine], never)).kind);
    expect(kinds).to.deep.equal(['later', 'later', 'later', 'later', 'collected']);
    expect(log.text).to.include('goes on without');
  });

  it('wait for a channel that is drained', async () => {
    expect((await collectorOver(() => null).collect([mine], never)).kind).to.equal('later');
  });

  it('wait where there is no room for them', async () => {
    expect((await collectorOver(() => channel, 3).collect([mine], never)).kind).to.equal('later');
  });

  it('are held in memory two at a time', async () => {
    let underWay = 0;
    let most = 0;
    const slow: Channel = Object.assign(new MemoryChannel(new Facts()), {
      fetchAttachment: async (id: string): Promise<FetchedAttachment> => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return { kind: 'fetched', octets: png(id) };
      },
    });
    const collector = collectorOver(() => slow);
    const many = Array.from({ length: 9 }, (_, index) => ({ ...mine, id: `telegram:file-${index}` }));
    await Promise.all(many.map((each) => collector.collect([each], never)));
    expect(most).to.equal(2);
  });

  describe('with a report', () => {
    const report = (attachments: Attachment[]): Report => sampleReport({ attachments, flags: ['test'] });

    async function submitted(attachments: Attachment[]) {
      const tracker = new MemoryTracker(new Facts());
      const reports: Report[] = [];
      const submit = tracker.submit.bind(tracker);
      tracker.submit = (given, signal) => {
        reports.push(given);
        return submit(given, signal);
      };
      const result = await trackerWithMedia(tracker, collectorOver()).submit(report(attachments), never);
      return { result, submitted: reports[0] };
    }

    it('reach the tracker as links', async () => {
      const { result, submitted: given } = await submitted([mine]);
      expect(result.kind).to.equal('filed');
      expect(given?.attachments[0]?.url).to.include('/media/');
      expect(given?.flags).to.deep.equal(['test']);
    });

    it('are flagged where one is missing', async () => {
      answer = { kind: 'never', code: 'gone' };
      expect((await submitted([mine])).submitted?.flags).to.deep.equal(['test', 'attachment_missing']);
    });

    it('hold it back while one cannot be fetched, and say nothing of the tracker', async () => {
      answer = { kind: 'later', cause: 'ECONNRESET' };
      const { result, submitted: given } = await submitted([mine]);
      expect(result).to.deep.equal({ kind: 'retry', cause: 'an attachment could not be fetched', unavailable: false });
      expect(given).to.equal(undefined);
    });

    it('cost nothing where there are none', async () => {
      expect((await submitted([])).submitted?.attachments).to.deep.equal([]);
      expect(asked).to.deep.equal([]);
    });
  });
});
