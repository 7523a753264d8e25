import type { ChannelMeter, Part } from '../../../../src/ports/channel.js';
import { isSilentEvent, readDirectMessage } from '../directMessage.js';
import { compareIds, newerOf } from '../ids.js';
import type { Batch, Ledger, Position } from '../ledger.js';
import {
  dmExternalId,
  partOfDeletion,
  partOfDirectMessage,
  partOfEdit,
  partOfPost,
  type Self,
  unreadablePart,
} from '../part.js';
import { type Includes, readIncludes, readPost, type XPost } from '../post.js';
import { callsUs } from '../text.js';
import { Seen } from './seen.js';
import type { WatchedPost, WatchList } from './watchList.js';

/** Why a post is no message to us. */
type Passed = 'own' | 'repost' | 'not_called' | 'old' | 'seen';

/** Posts or events with what belongs to them, as one answer of X has them. */
export interface Page {
  readonly items: readonly unknown[];
  readonly includes?: unknown;
}

/**
 * Takes in what X gives, whatever way it comes: decides what is a message to us, recognises what was taken before, and
 * commits. Ways overlap on purpose, so most of what comes by the second way is known.
 */
export class Intake {
  readonly #seen = new Seen();
  /** Posts up to here may have been taken by the gateway that ran before this one. */
  readonly #newestBefore: string;
  /** A post was taken: what belongs together is answered together. */
  onPost: (postId: string, conversationId: string) => void = () => undefined;
  onDirectMessage: (senderId: string) => void = () => undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly self: Self,
    private readonly watchList: WatchList,
    private readonly meter: ChannelMeter,
  ) {
    this.#newestBefore = ledger.position.newest;
  }

  /** Takes posts, given oldest first, and moves the position with them. Rejects when the store does not take them. */
  async takePosts(pages: readonly Page[], change: Partial<Position> = {}): Promise<void> {
    const receivedAtMs = Date.now();
    let taken: XPost[] = [];
    await this.ledger.commit((): Batch => {
      taken = [];
      const parts = pages.flatMap(({ items, includes }) => {
        const read = readIncludes(includes);
        return items.flatMap((raw) => this.#partsOf(raw, read, receivedAtMs, taken));
      });
      const newest = taken.reduce((id, post) => newerOf(id, post.id), this.ledger.position.newest);
      return { parts, change: { ...change, newest } };
    });
    for (const post of taken) {
      this.#seen.note(post.versions[0], post.id);
      this.onPost(post.versions[0], post.conversationId ?? post.versions[0]);
    }
    this.watchList.add(taken.map(({ versions: [id], authorId }): WatchedPost => ({ id, authorId })));
  }

  /** Newer versions of posts that the store has: they are news even where they no longer name us. */
  async takeEdits({ items, includes }: Page): Promise<void> {
    const receivedAtMs = Date.now();
    const read = readIncludes(includes);
    const edited = items.flatMap((raw) => {
      const post = readPost(raw);
      return post === null || this.#isKnown(post) ? [] : [{ raw, post }];
    });
    const parts = edited.map(({ raw, post }) =>
      partOfEdit(partOfPost(post, read, this.self, { raw, receivedAtMs }), post),
    );
    await this.ledger.commit(() => ({ parts, change: {} }));
    for (const { post } of edited) this.#seen.note(post.versions[0], post.id);
  }

  /** Takes direct messages, given oldest first. */
  async takeDirectMessages(page: Page, change: Partial<Position> = {}): Promise<void> {
    const receivedAtMs = Date.now();
    const includes = readIncludes(page.includes);
    let senders: string[] = [];
    let ids: string[] = [];
    await this.ledger.commit((): Batch => {
      senders = [];
      ids = [];
      const parts = page.items.flatMap((raw) => {
        const message = readDirectMessage(raw);
        if (message === null)
          return isSilentEvent(raw) ? [] : [unreadablePart(raw, 'unreadable_dm', this.self, receivedAtMs)];
        if (message.senderId === this.self.id) return this.#pass('own');
        if (compareIds(message.id, this.ledger.position.floor) <= 0) return this.#pass('old');
        if (this.#seen.latestOf(dmExternalId(message.id)) !== undefined) return this.#pass('seen');
        senders.push(message.senderId);
        ids.push(message.id);
        return [partOfDirectMessage(message, includes, this.self, { raw, receivedAtMs })];
      });
      return { parts, change };
    });
    for (const id of ids) this.#seen.note(dmExternalId(id), id);
    for (const sender of senders) this.onDirectMessage(sender);
  }

  /** Posts that are gone; they are watched no longer. */
  async takeDeletions(posts: readonly WatchedPost[]): Promise<void> {
    const receivedAtMs = Date.now();
    const parts = posts.map((post) => partOfDeletion(post, this.self, receivedAtMs));
    if (parts.length > 0) await this.ledger.commit(() => ({ parts, change: {} }));
  }

  #partsOf(raw: unknown, includes: Includes, receivedAtMs: number, taken: XPost[]): Part[] {
    const post = readPost(raw);
    if (post === null) return [unreadablePart(raw, 'unreadable_post', this.self, receivedAtMs)];
    const passed = this.#whyNot(post);
    if (passed !== null) return this.#pass(passed);
    // A page may hold a post twice.
    if (this.#isKnown(post) || taken.some((other) => other.id === post.id)) return this.#pass('seen');
    taken.push(post);
    const [firstId] = post.versions;
    const known = this.#seen.latestOf(firstId);
    const part = partOfPost(post, includes, this.self, { raw, receivedAtMs });
    const isEdited = firstId !== post.id;
    if (known !== undefined) return [partOfEdit(part, post)];
    // Perhaps its first version was taken before a restart: then the store knows it, and the news is the edit.
    const perhapsTaken = isEdited && compareIds(firstId, this.#newestBefore) <= 0;
    return perhapsTaken ? [part, partOfEdit(part, post)] : [part];
  }

  /** In this version or a newer one. */
  #isKnown(post: XPost): boolean {
    const known = this.#seen.latestOf(post.versions[0]);
    return known !== undefined && compareIds(known, post.id) >= 0;
  }

  #whyNot(post: XPost): Passed | null {
    if (post.authorId === this.self.id) return 'own';
    if (post.isRepost) return 'repost';
    if (compareIds(post.versions[0], this.ledger.position.floor) <= 0) return 'old';
    // Whoever answers us directly need not name us: X does it for them, out of sight.
    return callsUs(post, this.self) || post.repliedToAuthorId === this.self.id ? null : 'not_called';
  }

  #pass(reason: Passed): [] {
    this.meter.count('x_passed_over', { reason });
    return [];
  }
}
