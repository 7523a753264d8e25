import { expect } from 'chai';
import fc from 'fast-check';
import { LineReader } from '../../../../adapters/channels/twitter/push/lineReader.js';
import { Stream } from '../../../../adapters/channels/twitter/push/stream.js';
import { StreamBackoff, type StreamEnd } from '../../../../adapters/channels/twitter/push/streamBackoff.js';
import { observers } from '../../../conformance/channel.js';
import { FakeX } from './fakeX.js';

const message = { data: { id: '1', text: 'Jalan rusak 👨‍👩‍👧 di Sukasada, “parah” — 漢' } };
const line = `${JSON.stringify(message)}\r\n`;

describe('twitter: lines of a stream', () => {
  it('reads a message that comes octet by octet', () => {
    const reader = new LineReader();
    const lines = [...Buffer.from(`\r\n${line}\r\n`)].flatMap((octet) => reader.push(Buffer.from([octet])));
    expect(lines).to.deep.equal(['', JSON.stringify(message), '']);
  });

  it('reads the same however the octets are cut', () => {
    const octets = Buffer.from(line.repeat(3));
    const cuts = fc.array(fc.nat(octets.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (places) => {
        const reader = new LineReader();
        const edges = [0, ...[...places].sort((one, other) => one - other), octets.length];
        const lines = edges.slice(1).flatMap((end, index) => reader.push(octets.subarray(edges[index], end)));
        expect(lines).to.deep.equal(Array(3).fill(JSON.stringify(message)));
      }),
    );
  });

  it('keeps no more of a line that never ends than a message can have', () => {
    const reader = new LineReader(1_000);
    reader.push(Buffer.alloc(900, 'a'));
    expect(() => reader.push(Buffer.alloc(200, 'a'))).to.throw(RangeError, '1000');
  });

  it('does not keep the memory of chunks that are used again', () => {
    const reader = new LineReader();
    const chunk = Buffer.from('abc');
    reader.push(chunk);
    chunk.fill('x');
    expect(reader.push(Buffer.from('\n'))).to.deep.equal(['abc']);
  });
});

const waits: readonly { label: string; ends: readonly StreamEnd[]; ms: readonly number[] }[] = [
  { label: 'network: 250 ms more each time', ends: ['network', 'network', 'network'], ms: [250, 500, 750] },
  { label: 'HTTP errors: twice as long each time', ends: ['http', 'http', 'http'], ms: [5_000, 10_000, 20_000] },
  { label: 'rate limit: from a minute on', ends: ['rate_limited', 'rate_limited'], ms: [60_000, 120_000] },
  { label: 'another kind begins anew', ends: ['http', 'http', 'network'], ms: [5_000, 10_000, 250] },
  {
    label: 'a stream that served begins anew',
    ends: ['network', 'network', 'served', 'network'],
    ms: [250, 500, 0, 250],
  },
];

describe('twitter: waits before a stream is opened again', () => {
  for (const { label, ends, ms } of waits) {
    it(label, () => {
      const backoff = new StreamBackoff();
      expect(ends.map((end) => backoff.delayMs(end))).to.deep.equal(ms);
    });
  }

  const longest: readonly (readonly [StreamEnd, number])[] = [
    ['network', 16_000],
    ['http', 320_000],
    ['rate_limited', 900_000],
  ];
  for (const [end, mostMs] of longest) {
    it(`never waits longer than ${mostMs} ms after ${end}`, () => {
      const backoff = new StreamBackoff();
      const all = Array.from({ length: 100 }, () => backoff.delayMs(end));
      expect(Math.max(...all)).to.equal(mostMs);
    });
  }
});

describe('twitter: a stream', () => {
  let x: FakeX;
  let taken: unknown[];
  let opened: number;
  let stop: AbortController;
  let running: Promise<void>;
  let stream: Stream;

  beforeEach(async () => {
    x = await FakeX.listen();
    taken = [];
    opened = 0;
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await x.close();
  });

  function open(
    take: (event: unknown) => Promise<void> = async (event) => void taken.push(event),
    silenceMs = 5_000,
  ): void {
    const { log } = observers([]);
    const onOpen = () => {
      opened += 1;
    };
    const settings = { name: 'stream', url: `${x.url}/stream`, bearerToken: 'kunci', prepare: async () => null };
    stream = new Stream({ ...settings, take, onOpen, silenceMs }, log);
    running = stream.run(stop.signal);
  }

  it('takes messages that come octet by octet, with the token of the app', async () => {
    x.answers.set('GET /stream', () => (response) => {
      for (const octet of Buffer.from(`\r\n${line}${line}`)) response.write(Buffer.from([octet]));
    });
    open();
    await x.until('both are taken', () => taken.length === 2);
    expect(taken).to.deep.equal([message, message]);
    expect(x.requests[0]?.headers.authorization).to.equal('Bearer kunci');
    expect(stream.health().state).to.equal('open');
  });

  it('is opened again when X closes it', async () => {
    x.answers.set('GET /stream', () => (response) => response.end(line));
    open();
    await x.until('it is opened again', () => opened >= 2);
    expect(taken.length).to.be.at.least(1);
  });

  it('is opened again when not even a sign of life comes', async () => {
    x.answers.set('GET /stream', () => (response) => void response.write('\r\n'));
    open(undefined, 60);
    await x.until('it is opened again', () => opened >= 2);
  });

  it('lives by signs of life alone', async () => {
    const beats: NodeJS.Timeout[] = [];
    x.answers.set('GET /stream', () => (response) => {
      beats.push(setInterval(() => response.write('\r\n'), 20));
      setTimeout(() => response.write(line), 400).unref();
    });
    open(undefined, 200);
    try {
      await x.until('the message is taken', () => taken.length === 1);
    } finally {
      for (const beat of beats) clearInterval(beat);
    }
    expect(opened).to.equal(1);
  });

  it('is closed when a message is not stored, so that reading finds it', async () => {
    let refusals = 0;
    x.answers.set('GET /stream', () => (response) => void response.write(line));
    open(async () => {
      refusals += 1;
      throw new Error('disk full');
    });
    await x.until('it is opened again', () => opened >= 2);
    expect(refusals).to.be.at.least(1);
  });

  it('tells what X says before it closes the stream', async () => {
    x.answers.set('GET /stream', () => (response) => {
      response.write(`${JSON.stringify({ errors: [{ title: 'operational-disconnect' }] })}\r\n`);
    });
    open();
    await x.until('it is closed', () => stream.health().detail.includes('operational-disconnect'));
    expect(taken).to.deep.equal([]);
  });

  it('waits a minute where X wants fewer connections', async () => {
    x.answers.set('GET /stream', () => ({ status: 429, body: { title: 'ConnectionException' } }));
    open();
    await x.until('it waits', () => stream.health().state === 'closed' && stream.health().detail !== '');
    expect(stream.health().detail).to.include('429').and.include('60 s');
  });
});
