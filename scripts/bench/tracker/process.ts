import { serve } from '../worker.js';
import { HttpPeer, type PeerCounts } from './httpPeer.js';

/** The HTTP peer as a process of its own: its work must not be the generator's delay. */
export type TrackerCommands = {
  listen(argument: null): Promise<number>;
  counts(argument: null): Promise<PeerCounts>;
};

const peer = new HttpPeer();

serve<TrackerCommands>({
  listen: async () => peer.listen(),
  counts: async () => peer.counts(),
});
