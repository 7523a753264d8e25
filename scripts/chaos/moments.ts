import { setTimeout as pause } from 'node:timers/promises';
import type { Changes } from '../simulators/changes.js';
import type { Telco } from '../simulators/smsc/telco.js';
import type { Peers } from './peers.js';

/** When to kill. */
export interface Moment {
  readonly label: string;
  /** Waits for it and strikes. @returns false when it did not come within `limitMs`. */
  strike(peers: Peers, kill: () => void, limitMs: number): Promise<boolean>;
}

/** Long enough to fall into the start of the process, and into its work. */
const anyTimeMs = 1_500;

/** Each falls into one particular gap of the gateway's work; how often the fact comes about before is left to chance. */
export const moments: readonly Moment[] = [
  afterFact('the telco has read an acknowledgement', {
    changes: ({ smsc }) => smsc.changes,
    count: ({ smsc }) => smsc.telcos.reduce((total, telco) => total + countOf(telco, 'acknowledgedParts'), 0),
    within: 250,
  }),
  afterFact('the tracker has filed a report, and not answered yet', {
    changes: ({ tracker }) => tracker.simulator.changes,
    count: ({ tracker }) => tracker.simulator.ledger.submissions,
    within: 200,
  }),
  afterFact('an SMS is on the handset, and its submit_sm is answered', {
    changes: ({ smsc }) => smsc.changes,
    count: ({ smsc }) => countOf(smsc.telco('telkomsel'), 'submits'),
    within: 60,
  }),
  afterFact('an SMS is on the handset, and its submit_sm not answered yet', {
    changes: ({ smsc }) => smsc.changes,
    count: ({ smsc }) => countOf(smsc.telco('three'), 'submits'),
    within: 60,
  }),
  afterFact('the tracker has read that a status event is taken', {
    changes: ({ tracker }) => tracker.simulator.changes,
    count: ({ tracker }) => tracker.simulator.totals().events?.delivered ?? 0,
    within: 12,
  }),
  {
    label: 'at any time, its start included',
    strike: async (_peers, kill) => {
      await pause(Math.random() * anyTimeMs);
      kill();
      return true;
    },
  },
];

interface Fact {
  /** Who announces it. */
  changes(peers: Peers): Changes;
  /** How often it has come about. */
  count(peers: Peers): number;
  /** The kill follows one of the next so many. */
  readonly within: number;
}

/** Strikes in the very turn of the event loop that brought the fact: the gateway gets as little time as can be. */
function afterFact(label: string, { changes, count, within }: Fact): Moment {
  return {
    label,
    strike: async (peers, kill, limitMs) => {
      const target = count(peers) + 1 + Math.floor(Math.random() * within);
      const look = (): true | undefined => {
        if (count(peers) < target) return undefined;
        kill();
        return true;
      };
      return (await changes(peers).until(look, limitMs)) ?? false;
    },
  };
}

function countOf(telco: Telco, name: string): number {
  return telco.counts[name] ?? 0;
}
