import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type EventSource, type EventsPage, pollEvents } from '../../../adapters/trackers/pollEvents.js';
import { RecordingLog, RecordingSink } from './recording.js';

/** So long that a test which waits for it fails. */
const hourMs = 3_600_000;

describe('polling loop', () => {
  let stop: AbortController;
  let reads: (string | null)[];

  beforeEach(() => {
    stop = new AbortController();
    reads = [];
  });

  /** Gives the pages in turn, then the last one again and again. */
  function sourceOf(...pages: readonly EventsPage[]): EventSource {
    return {
      everyMs: hourMs,
      backOffMaxMs: hourMs,
      read: async (cursor) => {
        reads.push(cursor);
        return pages[Math.min(reads.length, pages.length) - 1] ?? { events: [], cursor: '0', more: false };
      },
    };
  }

  it('reads page after page without a pause while there is more, each after the cursor before it', async () => {
    const sink = new RecordingSink();
    const source = sourceOf(
      { events: [], cursor: '1', more: true },
      { events: [], cursor: '2', more: true },
      { events: [], cursor: '3', more: false },
    );
    const running = pollEvents(source, sink, new RecordingLog(), stop.signal);
    await sink.until(({ cursors }) => cursors.length === 3);
    stop.abort();
    await running;
    expect(reads).to.deep.equal([null, '1', '2']);
  });

  it('pauses when the peer repeats its page, and stops at once in a pause', async () => {
    const source = sourceOf({ events: [], cursor: '1', more: true });
    const running = pollEvents(source, new RecordingSink('1'), new RecordingLog(), stop.signal);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    stop.abort();
    await running;
    expect(reads).to.deep.equal(['1']);
  });

  it('commits nothing when nothing is new', async () => {
    const sink = new RecordingSink('1');
    const running = pollEvents(
      sourceOf({ events: [], cursor: '1', more: false }),
      sink,
      new RecordingLog(),
      stop.signal,
    );
    for (let turns = 0; turns < 20; turns += 1) await turn();
    stop.abort();
    await running;
    expect(sink.cursors).to.deep.equal([]);
  });
});
