import { join } from 'node:path';
import type { Citizens, SentText } from './citizens.js';
import { type Peers, storeFile } from './peers.js';
import { readStoreFacts, type StoreFacts } from './storeFacts.js';

/** What everyone involved knows in the end. */
export interface Evidence {
  readonly texts: readonly AcknowledgedText[];
  /** In the order of filing. */
  readonly filed: readonly FiledReport[];
  /** By citizen, what came to the handset, oldest first. */
  readonly inboxes: ReadonlyMap<string, readonly string[]>;
  readonly store: StoreFacts;
}

export interface AcknowledgedText extends SentText {
  /** Whether the telco has our acknowledgement of all its parts. */
  readonly acknowledged: boolean;
}

export interface FiledReport {
  /** Without hyphens, as the store's facts have it. */
  readonly reportId: string;
  readonly trackingId: string;
  readonly reporterRef: string;
  readonly text: string;
  readonly submissions: number;
  /** Status changes that were pushed to the gateway. */
  readonly statusChanges: number;
}

/** After the gateway has ended. */
export function gather(citizens: Citizens, { smsc, tracker }: Peers, folder: string): Evidence {
  const { ledger } = tracker.simulator;
  const numbers = new Set(citizens.sent.map(({ from }) => from));
  return {
    texts: citizens.sent.map((text) => ({ ...text, acknowledged: smsc.textView(text.id)?.state === 'acknowledged' })),
    filed: ledger.tickets(0, ledger.distinct).map(({ reportId, trackingId, submissions, sequence }) => {
      const report = ledger.report(trackingId);
      return {
        reportId: reportId.replaceAll('-', ''),
        trackingId,
        reporterRef: report?.reporter.ref ?? '',
        text: report?.text ?? '',
        submissions,
        statusChanges: sequence,
      };
    }),
    inboxes: new Map([...numbers].map((number) => [number, smsc.handsets.messages(number).map(({ text }) => text)])),
    store: readStoreFacts(join(folder, storeFile)),
  };
}
