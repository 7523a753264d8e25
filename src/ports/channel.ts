import type { ReceiptState, ReplyKind } from '../domain/reply.js';
import type { Attachment } from '../domain/report.js';
import type { ConfigFinding, Parsed } from './config.js';
import type { DiagnosisRequest, Stage } from './diagnosis.js';
import type { Log } from './log.js';
import type { Turn, Turns } from './turns.js';
import type { WebhookAnswer, WebhookRequest } from './webhook.js';

/**
 * The channel port: what an adapter for one kind of channel promises, and what it may rely on.
 *
 * An adapter knows its protocol and nothing of reports, tickets or the store.
 */

/**
 * Of this port. It grows when an adapter that was made for the one before would no longer do; what is added and may be
 * left out does not count.
 */
export const channelPortVersion = 1;

/**
 * How a redelivered part is recognised.
 *
 * - `id`: the peer names each message once and for all (a post id, a MessageSid).
 * - `content`: the peer gives no id (SMPP's deliver_sm has none). The part is known by a fingerprint of
 *   everything it says, and only until the peer is known to have our acknowledgement: a peer sends again
 *   only what it believes unacknowledged. So two equal texts on one living link are two messages, and an
 *   equal text that comes over another link while the first is unsettled is a redelivery.
 */
export type PartKey =
  | { readonly by: 'id'; readonly id: string }
  | {
      readonly by: 'content';
      /** 16 octets. */
      readonly fingerprint: Buffer;
      /** The link that brought the part: a number no other link has had, restarts included. */
      readonly link: number;
      /**
       * The link was not read for longer than a telco waits for an answer: an equal unsettled part on this same link
       * is then a redelivery too.
       */
      readonly afterStall?: boolean;
    };

/** Where a part belongs in a long message. Parts are joined by channel, sender, recipient, reference and total. */
export interface Concat {
  readonly reference: number;
  /** 2 to 255. */
  readonly total: number;
  /** 1 to total. */
  readonly sequence: number;
}

/** One inbound PDU, webhook or post as it arrived. */
export interface Part {
  readonly key: PartKey;
  readonly receivedAtMs: number;
  /** The sender's address, in the one form this channel always uses (an msisdn: digits with country code). */
  readonly from: string;
  /** Where the citizen wrote to. */
  readonly to: string;
  /** The part alone, decoded; null when it could not be read as text: unknown input is data. */
  readonly text: string | null;
  /** The decode path taken: a `TextEncoding`, or a name of the adapter's own. */
  readonly encoding: string;
  /** What the channel carried, without addresses: a short message with its UDH, a post's JSON. */
  readonly raw: Buffer;
  /** How many octets of `raw` precede the text (the UDH). */
  readonly textOffset: number;
  readonly dataCoding: number | null;
  readonly concat: Concat | null;
  /** The peer's name for the message, if it has one. */
  readonly externalId: string | null;
  /** Why `text` is null, or what a reader should doubt: a short code such as `binary` or `malformed_udh`. */
  readonly oddity: string | null;
  readonly extras?: PartExtras;
  /** Set when this part is news of an earlier one: its author edited it (`text` is how it reads now), or took it back. */
  readonly about?: Earlier;
}

/** An earlier part, by its `externalId`, and what its author did with it. */
export interface Earlier {
  readonly externalId: string;
  readonly change: 'edited' | 'deleted';
}

/** What richer channels know beyond the text. Goes into the canonical report as it is. */
export interface PartExtras {
  readonly attachments?: readonly Attachment[];
  readonly point?: { readonly lat: number; readonly lon: number };
  /** The place that the citizen chose from the channel's own list, as the channel names it (`Semarang, Jawa Tengah`). */
  readonly place?: string;
  /** The `externalId` of what this one answers: another part, or a segment of a reply of ours. */
  readonly inReplyTo?: string;
  /** The `externalId` of the part that began the conversation, where the channel has threads. */
  readonly conversation?: string;
  /** Who can read the message where it was written; private unless told. Replies to a public one are public. */
  readonly audience?: 'public' | 'private';
  readonly publicUrl?: string;
  /**
   * Codes for what is to be known of it. `opt_out`, `opt_in` and `help` say that the provider took the text for such a word
   * and has answered it: the gateway notes what was asked for, says nothing and files nothing.
   */
  readonly flags?: readonly string[];
}

/** A place in the peer's stream, such as the newest post id read. */
export interface Cursor {
  readonly name: string;
  readonly value: string;
  /** Under which it was read, where one node reads at a time: once another has taken over, nothing is committed. */
  readonly turn?: Turn;
}

/** What the channel later says became of a segment of a reply. */
export interface Receipt {
  /** Ways the peer may have meant the id it gave on acceptance, likeliest first (as sent; hex read as decimal; …). */
  readonly externalIds: readonly [string, ...string[]];
  readonly state: ReceiptState;
  /** The channel's own code for it (`DELIVRD`, `UNDELIV/045`). */
  readonly code: string;
  readonly atMs: number;
  /** It was not delivered because the citizen has told the provider STOP: noted of them as with the outcome `opted_out`. */
  readonly optedOut?: true;
}

export interface Inbox {
  /**
   * Resolves only after all of `parts` and the cursor are on disk, in one transaction. If it rejects,
   * nothing was taken: answer the peer with its temporary error and acknowledge nothing.
   * @param turn under which the parts came, where one node at a time takes them: once it is over nothing is taken.
   */
  accept(parts: readonly Part[], cursor?: Cursor, turn?: Turn): Promise<void>;
  /** Resolves after the receipts are on disk; rejects as `accept` does. */
  acceptReceipts(receipts: readonly Receipt[]): Promise<void>;
  /**
   * Says that the peer is known to have the acknowledgement of these parts, so that an equal text is a new
   * message from now on. Rides on the next commit; losing it costs nothing but a wider window for duplicates.
   */
  settle(keys: readonly PartKey[]): void;
  /** The last value that was committed with a batch, or null. */
  cursor(name: string): Promise<string | null>;
}

export interface OutboundReply {
  /** UUID; stable across attempts. */
  readonly id: string;
  readonly to: string;
  readonly text: string;
  /** Why it was written: some channels' rules allow one answer to a message, and no news after it. */
  readonly kind: ReplyKind;
  /** The peer's name for the message that this answers, if it had one. */
  readonly inReplyTo: string | null;
}

/**
 * What became of an attempt to send. Failures carry their policy:
 * `unsent` is tried again, `rejected` never is and needs a person, `withheld` is what the channel's rules forbid (it ends
 * there: nothing failed, and there is nothing to mend; with the code `opted_out` the citizen has told the provider STOP,
 * which is noted of them as if they had told us), `uncertain` goes by the operator's policy for replies that
 * were perhaps sent (the connection died after the write).
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly externalIds: readonly string[] }
  | { readonly kind: 'unsent'; readonly cause: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly cause: string;
      readonly externalIds?: readonly string[];
    }
  | { readonly kind: 'withheld'; readonly code: string; readonly cause: string }
  | { readonly kind: 'uncertain'; readonly cause: string; readonly externalIds?: readonly string[] };

export type ChannelState = 'up' | 'degraded' | 'down';

export interface LinkHealth {
  readonly name: string;
  /** The adapter's own word for where the link's state machine stands. */
  readonly state: string;
  readonly sinceMs: number;
  /** For a person: what is wrong and what is tried next. Empty when all is well. */
  readonly detail: string;
  /** What can be measured on the link now, such as `in_flight`; the names are the adapter's. */
  readonly gauges?: Readonly<Record<string, number>>;
}

export interface ChannelHealth {
  readonly state: ChannelState;
  readonly links: readonly LinkHealth[];
  /**
   * Until then (by `steadyNowMs()`) the peer takes no reply, though it gives messages: a limit or an empty account. Replies
   * wait in the store, and no attempt is counted.
   */
  readonly sendsAgainAtMs?: number;
  /** What the channel has found out by itself, for a person, such as how the peer writes its ids. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** How long a channel may take to end after it was told to, whatever its peer does. */
export const stopLimitMs = 5_000;

export interface Channel {
  /**
   * Keeps the channel's links up until `stop` fires; then unbinds, settles what is under way and resolves, within
   * `stopLimitMs`: replies under way had their time before.
   * Rejects only on a fault that no retry can mend.
   */
  run(inbox: Inbox, stop: AbortSignal): Promise<void>;
  /**
   * Sends one reply, splitting it as the medium asks. Never rejects. Waits for a place in its window until
   * `deadlineMs` (by `steadyNowMs()`); past it, what was not yet written is `unsent`, what was is `uncertain`.
   */
  send(reply: OutboundReply, deadlineMs: number): Promise<Outcome>;
  /** Answers a request to `/webhooks/{channel}`; absent where the channel takes none. Never throws on bad input. */
  handleWebhook?(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer>;
  /**
   * The octets of an attachment that it named by `id` and no `url`, for only its own credentials open it. Absent where
   * attachments have URLs that anyone may read. Never rejects.
   *
   * @param maxBytes what is longer is not read to its end
   */
  fetchAttachment?(id: string, maxBytes: number, signal: AbortSignal): Promise<FetchedAttachment>;
  health(): ChannelHealth;
}

export type FetchedAttachment =
  | { readonly kind: 'fetched'; readonly octets: Buffer }
  | { readonly kind: 'later'; readonly cause: string }
  /** `gone`, `too_large`, or a code of the adapter's own. */
  | { readonly kind: 'never'; readonly code: string };

/** Counters an adapter may feed; the gateway turns them into metrics labelled with the channel. */
export interface ChannelMeter {
  /** @param amount 1 unless told: a busy adapter counts once for many. */
  count(event: string, labels?: Readonly<Record<string, string>>, amount?: number): void;
  observeSeconds(event: string, seconds: number, labels?: Readonly<Record<string, string>>): void;
}

export interface ChannelContext {
  /** The configured name, such as `telkomsel`. */
  readonly id: string;
  readonly log: Log;
  readonly meter: ChannelMeter;
  /** Where peers on the internet reach `/webhooks/{id}`; null where the config has no `server.publicUrl`. */
  readonly webhookUrl: string | null;
  /** For what nodes share, such as the sessions that a telco allows; absent where there is one node. */
  readonly turns?: Turns;
}

/** What `inspect` may ask beyond the blocks of the channels. */
export interface Surroundings {
  /** As in `ChannelContext`. */
  webhookUrl(channelId: string): string | null;
}

/**
 * Where an adapter's profiles are: blocks of keys that channels share, one file each, which a channel takes on with
 * `profile: NAME` and overrides by keys of its own.
 */
export interface ProfileRules {
  /** The channel's key that names one: `profile` unless told. */
  readonly key?: string;
  /** Under the package's `config/`, and beside the config file for an operator's own. */
  readonly folder: string;
  /** Keys that belong to one channel and that no profile may have: credentials, addresses. */
  readonly channelKeys: readonly string[];
}

/** What an adapter's folder exports. */
export interface ChannelAdapter<Config = unknown> {
  readonly name: string;
  readonly medium: string;
  /** Whether one node at a time serves a channel of this kind, because it polls. Absent: each node does. */
  readonly nodes?: 'one';
  /** Absent where channels of this kind have no `profile`. */
  readonly profiles?: ProfileRules;
  /** Checks a channel's block without `adapter:`, its profile's keys filled in, and names every bad key at once. */
  parseConfig(raw: unknown): Parsed<Config>;
  /**
   * Finds what would fail later though each block is right by itself: files that are missing, more than the peer allows.
   * Gets all channels of this adapter that have no fault. Reads files, connects to nothing, never throws.
   */
  inspect?(channels: ReadonlyMap<string, Config>, surroundings: Surroundings): readonly ConfigFinding[];
  /**
   * Tests a channel live, in stages from the name of the peer's host upwards; ends after the first that fails, of each
   * host. Takes no message from a citizen: what comes meanwhile stays with the peer. Never rejects.
   */
  diagnose?(config: Config, request: DiagnosisRequest): AsyncIterable<Stage>;
  /**
   * What passes between the peer and this channel, made of the config alone: `check --example` shows it, to be laid
   * beside the peer's manual. Credentials are named, not shown.
   */
  examples?(config: Config, webhookUrl: string | null): readonly Example[];
  /** The values that must be redacted everywhere. */
  secrets(config: Config): readonly string[];
  /** Where the channel takes messages, as citizens know it (`1708`). */
  address(config: Config): string;
  create(config: Config, context: ChannelContext): Channel;
  /**
   * How this adapter, with this config, reads the octets of a part that was stored before: for parts that came before a
   * charset was set right. Absent where texts are not decoded from octets; then no stored part can be re-decoded.
   */
  decodeStored?(config: Config, stored: StoredOctets): DecodePath;
}

/** One exchange with a peer, as it would be. */
export interface Example {
  /** Such as `a text comes in`. */
  readonly title: string;
  /** The request, as its peer writes it. */
  readonly lines: readonly string[];
  /** What the gateway makes of it, by name; null where it found nothing. */
  readonly reads: Readonly<Record<string, string | null>>;
}

/** What the store keeps of a part's text. */
export interface StoredOctets {
  readonly raw: Buffer;
  readonly textOffset: number;
  readonly dataCoding: number | null;
}

export interface DecodePath {
  /** A `TextEncoding`; null where this is no text to the adapter. */
  readonly encoding: string | null;
  readonly textOffset: number;
}
