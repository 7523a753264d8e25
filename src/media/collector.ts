import { messageOf } from '../domain/messageOf.js';
import type { Attachment } from '../domain/report.js';
import type { Channel, FetchedAttachment } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import { channelOfAttachment } from './attachmentId.js';
import { contentTypeOf } from './contentType.js';
import type { OpenRoom } from './room.js';
import { type Known, type MediaShelf, ShelfFault } from './shelf.js';

export interface CollectorRules {
  readonly maxBytes: number;
  readonly contentTypes: readonly string[];
}

/** By channel id; null for one that is drained, undefined where there is none. */
export type ChannelOf = (channelId: string) => Channel | null | undefined;

export type Collected =
  | { readonly kind: 'collected'; readonly attachments: Attachment[]; readonly missing: number }
  /** Something could not be fetched now: nothing is handed over yet. */
  | { readonly kind: 'later'; readonly cause: string };

/** How often a fetch may fail before the report goes on without: people wait for their number. */
const failuresMax = 4;
/** Each may hold a whole file in memory. */
const underWayMax = 2;
const failuresKept = 10_000;

/**
 * Fetches what only a channel's credentials open, keeps it, and puts a link in its place. Attachments with a URL of their own
 * are left alone, and so are those of a channel that cannot fetch.
 */
export class MediaCollector {
  /** By attachment id; the oldest is forgotten first. */
  readonly #failures = new Map<string, number>();
  readonly #queue: (() => void)[] = [];
  #underWay = 0;

  constructor(
    private readonly room: OpenRoom,
    private readonly rules: CollectorRules,
    private readonly channelOf: ChannelOf,
    private readonly log: Log,
  ) {}

  async collect(attachments: readonly Attachment[], signal: AbortSignal): Promise<Collected> {
    const collected: Attachment[] = [];
    let missing = 0;
    for (const attachment of attachments) {
      const known = await this.#known(attachment, signal);
      if (known === 'later') return { kind: 'later', cause: 'an attachment could not be fetched' };
      if (known === 'theirs') {
        collected.push(attachment);
      } else if (known === 'given_up' || known.kind === 'refused') {
        missing += 1;
        collected.push(attachment);
      } else {
        const { sha256, bytes, contentType } = known;
        const url = (await this.room()).links.urlOf(known, Date.now());
        collected.push({ ...attachment, id: sha256, url, contentType, bytes, sha256 });
      }
    }
    return { kind: 'collected', attachments: collected, missing };
  }

  /** `theirs`: not ours to fetch. */
  async #known({ id, url }: Attachment, signal: AbortSignal): Promise<Known | 'theirs' | 'later' | 'given_up'> {
    const named = id === undefined || url !== undefined ? null : channelOfAttachment(id);
    if (id === undefined || named === null) return 'theirs';
    try {
      const { shelf } = await this.room();
      const recalled = await shelf.recall(id);
      if (recalled !== null) return recalled;
      const channel = this.channelOf(named.channelId);
      if (channel === undefined || (channel !== null && channel.fetchAttachment === undefined)) return 'theirs';
      const fetched = await this.#fetch(channel, named.ownId, signal);
      return fetched.kind === 'later' ? this.#failed(id, fetched.cause) : await this.#learn(shelf, id, fetched);
    } catch (error) {
      if (!(error instanceof ShelfFault)) throw error;
      return this.#failed(id, messageOf(error));
    }
  }

  async #fetch(channel: Channel | null, ownId: string, signal: AbortSignal): Promise<FetchedAttachment> {
    if (channel?.fetchAttachment === undefined) return { kind: 'later', cause: 'the channel is drained' };
    if (this.#underWay >= underWayMax) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#underWay += 1;
    try {
      return await channel.fetchAttachment(ownId, this.rules.maxBytes, signal);
    } finally {
      this.#underWay -= 1;
      this.#queue.shift()?.();
    }
  }

  async #learn(shelf: MediaShelf, id: string, fetched: Exclude<FetchedAttachment, { kind: 'later' }>): Promise<Known> {
    const known: Known =
      fetched.kind === 'never' ? { kind: 'refused', code: fetched.code } : await this.#kept(shelf, fetched.octets);
    if (known.kind === 'refused') this.log.warn({ code: known.code }, 'an attachment is not kept; its report goes on');
    await shelf.remember(id, known);
    this.#failures.delete(id);
    return known;
  }

  async #kept(shelf: MediaShelf, octets: Buffer): Promise<Known> {
    if (octets.length > this.rules.maxBytes) return { kind: 'refused', code: 'too_large' };
    const contentType = contentTypeOf(octets);
    if (contentType === null || !this.rules.contentTypes.includes(contentType))
      return { kind: 'refused', code: 'type' };
    return { kind: 'kept', sha256: await shelf.keep(octets), bytes: octets.length, contentType };
  }

  #failed(id: string, cause: string): 'later' | 'given_up' {
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > failuresKept && oldest !== undefined) this.#failures.delete(oldest);
    if (failures <= failuresMax) return 'later';
    this.log.warn({ cause, failures }, 'an attachment could not be fetched; its report goes on without');
    return 'given_up';
  }
}
