import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type NodeName, nodeNames, turnSeconds } from './cluster.js';

export interface Fault {
  readonly label: string;
  /** Does it and mends it. */
  strike(cluster: Cluster): Promise<void>;
}

const turnMs = turnSeconds * 1_000;

async function freeze(cluster: Cluster, name: NodeName, ms: number): Promise<void> {
  const { pid } = cluster.node(name);
  process.kill(pid, 'SIGSTOP');
  await pause(ms);
  process.kill(pid, 'SIGCONT');
}

/** What happens to machines, one after the other. */
export const faults: readonly Fault[] = [
  {
    label: 'a node is killed, and comes back after the other took its session over',
    strike: async (cluster) => {
      await cluster.node('one').kill();
      await pause(turnMs + 2_000);
      await cluster.startNode('one');
    },
  },
  {
    label: 'a node is frozen for longer than its turns last',
    strike: (cluster) => freeze(cluster, 'two', turnMs + 3_000),
  },
  {
    label: 'the database crashes and starts again',
    strike: async (cluster) => {
      await cluster.database.crash();
      await cluster.database.startAgain();
    },
  },
  {
    label: 'the database server dies for good, and its standby is promoted',
    strike: async (cluster) => {
      await cluster.database.crash();
      // Who watches over servers takes a while to be sure; meanwhile there is one that reads, and none that writes.
      await pause(2_000);
      await cluster.promoteStandby();
    },
  },
  {
    label: 'a rolling restart',
    strike: async (cluster) => {
      for (const name of nodeNames) {
        await cluster.node(name).stop();
        await cluster.startNode(name);
      }
    },
  },
];
