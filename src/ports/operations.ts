/**
 * What operators' commands ask of the store: the audit trail, the holds on channels, stored parts that are read again.
 * Each method is one transaction, as in `Store`, which is this and the way of messages.
 */
export interface OperationsStore {
  /**
   * Notes an act before it is done, with the hold that it sets: an act that the store did not take must not be done.
   * @returns its number.
   */
  beginAct(act: NewAct): Promise<number>;
  /** What came of it. An act without an end is one that the gateway did not live to finish. */
  endAct(id: number, end: ActEnd): Promise<void>;
  /** The newest first. */
  acts(choice: ActChoice): Promise<readonly Act[]>;

  /** By channel id; they outlive the process. A channel without one is served. */
  channelHolds(): Promise<ReadonlyMap<string, ChannelHold>>;
  /** What waits in the store, for each channel that anything ever came by, configured or not. */
  channelCounts(): Promise<ReadonlyMap<string, ChannelCounts>>;

  /** Oldest first, at most `limit`. */
  storedParts(choice: PartChoice, limit: number): Promise<readonly StoredPartView[]>;
  /**
   * Reads a stored part's octets by another decode path. Without `apply` it changes nothing and tells what it would do.
   * @returns null when there is no such part.
   */
  redecodePart(request: RedecodeRequest): Promise<Redecoded | null>;
}

/**
 * `paused`: no reply goes out; links stay up and citizens' texts are taken in.
 * `drained`: the links are given up too; the channel is as if it were not there.
 */
export type Hold = 'paused' | 'drained';

export interface ChannelHold {
  readonly hold: Hold;
  readonly sinceMs: number;
  /** Who set it. */
  readonly actor: string;
}

export interface NewAct {
  readonly atMs: number;
  /** The operating system's user, or what else began it (`SIGHUP`). */
  readonly actor: string;
  /** As the command is called: `channel pause`, `reload`, `parts redecode`. */
  readonly act: string;
  /** What it is done to: a channel, a file, a part's number. Never an address. */
  readonly subject: string;
  /** The operator's own words; null when none were given. */
  readonly reason: string | null;
  /** Recorded with the act; null lifts what hold there is. Left out where the act holds nothing. */
  readonly hold?: Hold | null;
}

/** `done`; `refused`: nothing was changed; `failed`: it went wrong on the way. */
export type ActResult = 'done' | 'refused' | 'failed';

export interface ActEnd {
  readonly atMs: number;
  readonly result: ActResult;
  /** For a person; never an address or a citizen's words. */
  readonly detail: string;
}

export interface Act extends Omit<NewAct, 'hold'> {
  readonly id: number;
  /** Null: it is under way, or the gateway ended before it did. */
  readonly end: ActEnd | null;
}

export interface ActChoice {
  readonly limit: number;
  /** Only what was done to this. */
  readonly subject?: string;
}

export interface ChannelCounts {
  readonly repliesWaiting: number;
  /** When the oldest of them was made; null when none waits. */
  readonly oldestReplyMs: number | null;
  /** Long messages that wait for parts. */
  readonly setsWaiting: number;
  /** Long messages that went on without all of their parts, since the store was opened. */
  readonly setsExpired: number;
  /** Receipts for ids that no reply has. */
  readonly receiptsUnclaimed: number;
  /** Ids of replies for which a receipt was there before the reply's outcome, since the store was opened. */
  readonly receiptsClaimed: number;
}

export type PartChoice =
  | { readonly by: 'number'; readonly partIds: readonly number[] }
  /** A report's UUID, a reply's, or a tracking id. */
  | { readonly by: 'report'; readonly id: string }
  /** Those that wait as dead letters. */
  | { readonly by: 'unreadable' };

export interface StoredPartView {
  readonly partId: number;
  readonly channelId: string;
  readonly receivedAtMs: number;
  readonly senderRef: string;
  readonly dataCoding: number | null;
  readonly encoding: string;
  readonly oddity: string | null;
  /** Its place in a long message. */
  readonly sequence: number | null;
  readonly duplicate: boolean;
  readonly raw: Buffer;
  readonly textOffset: number;
  /** What it became a part of; null while its long message is incomplete, and for a dead letter. */
  readonly reportId: string | null;
}

export interface RedecodeRequest {
  readonly partId: number;
  /** A `TextEncoding`. */
  readonly encoding: string;
  readonly textOffset: number;
  readonly apply: boolean;
  readonly atMs: number;
}

/**
 * What re-decoding does.
 *
 * - `report_made`: the part was a dead letter and becomes a report, which is forwarded.
 * - `report_corrected`: the report is not in the tracker yet and goes there with the corrected text.
 * - `will_join`: its long message is incomplete; the part joins it by the new decode path.
 * - `nothing_new`: it says the same either way.
 * - `refused`: `reason` tells why, and what to do.
 */
export type RedecodeEffect = 'report_made' | 'report_corrected' | 'will_join' | 'nothing_new' | 'refused';

export interface Redecoded {
  readonly effect: RedecodeEffect;
  readonly reason: string | null;
  readonly reportId: string | null;
  /** The whole message's text, where the part has become one; else the part's own. Null: it could not be read. */
  readonly before: { readonly encoding: string; readonly text: string | null };
  readonly after: { readonly encoding: string; readonly text: string };
}
