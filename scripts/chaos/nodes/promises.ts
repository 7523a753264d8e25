import type { NodesEvidence } from './run.js';

interface Promised {
  readonly label: string;
  readonly holds: (found: NodesEvidence) => boolean;
}

/** What must hold whatever happened. */
export const nodesPromised: readonly Promised[] = [
  { label: 'every text is acknowledged in the end', holds: (found) => found.acknowledged === found.texts },
  { label: 'every text is one report in the store', holds: (found) => found.stored === found.texts },
  { label: 'every text is in the tracker', holds: (found) => found.missing === 0 },
  { label: 'no text is in the tracker twice', holds: (found) => found.doubled === 0 },
  { label: "one citizen's texts are in the tracker in their order", holds: (found) => found.outOfOrder === 0 },
  { label: 'every citizen has an answer to each text', holds: (found) => found.unanswered === 0 },
  {
    label: 'no reply came twice but those that were perhaps sent',
    holds: (found) => found.repliesTooMany <= found.perhapsSent,
  },
  { label: 'nothing was given up', holds: (found) => found.deadLetters === 0 },
];

/** What must hold where the database was away, too. */
export const outagePromised: readonly Promised[] = [
  ...nodesPromised,
  { label: 'while no database takes writes the telco is told to send again', holds: (found) => found.refusedParts > 0 },
];
