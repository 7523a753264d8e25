import { expect } from 'chai';
import { OneNodeChannel } from '../../src/control/oneNodeChannel.js';
import type { Channel, FetchedAttachment } from '../../src/ports/channel.js';
import type { Turns } from '../../src/ports/turns.js';
import { ScriptedInbox } from '../conformance/channel.js';
import { MemoryChannel } from '../fakes/channel.js';
import { Facts } from '../fakes/facts.js';

/** Another node has the turn, for good. */
const standby: Turns = {
  hold: (_name, stop) =>
    new Promise((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener('abort', () => resolve(), { once: true });
    }),
};

function fetching(): Channel {
  const fetched: FetchedAttachment = { kind: 'fetched', octets: Buffer.from('gambar') };
  return Object.assign(new MemoryChannel(new Facts()), { fetchAttachment: async () => fetched });
}

describe('a channel that one node serves', () => {
  it('still fetches attachments on a node that waits: reports are handed over by any', async () => {
    const made: Channel[] = [];
    const channel = new OneNodeChannel(
      'telegram',
      () => {
        const one = fetching();
        made.push(one);
        return one;
      },
      standby,
    );
    const stop = new AbortController();
    const stopped = channel.run(new ScriptedInbox(), stop.signal);
    expect(channel.health().state).to.equal('down');
    for (const id of ['file-1', 'file-2']) {
      const fetched = await channel.fetchAttachment?.(id, 1_000, stop.signal);
      expect(fetched).to.have.property('kind', 'fetched');
    }
    expect(made, 'one that waits for the turn, one to fetch with').to.have.length(2);
    stop.abort();
    await stopped;
  });

  it('fetches nothing where its adapter cannot', () => {
    const channel = new OneNodeChannel('twitter', () => new MemoryChannel(new Facts()), standby);
    expect(channel.fetchAttachment).to.equal(undefined);
  });
});
