import * as z from 'zod';
import type { Inbox } from '../../../../src/ports/channel.js';
import type { Log } from '../../../../src/ports/log.js';
import { isXId } from '../ids.js';

/**
 * The posts that we keep and that their authors may delete: X wants that to follow within 24 hours. They are kept by the
 * hour of the day in which they came, and each hour those of the same hour a day ago are due.
 *
 * In the store, for a restart must not end the watch. An entry goes with its author's id, by which alone a deletion can be
 * told from another's; it is removed when the watch ends.
 */
export interface WatchedPost {
  readonly id: string;
  readonly authorId: string;
}

const id = z.string().refine(isXId);
const entrySchema = z.tuple([id, id, z.int().positive()]);
/** Posts as [id, author's id, how often they are still to be looked at]. */
const slotSchema = z.strictObject({ hour: z.int(), posts: z.array(entrySchema) });

type Slot = z.output<typeof slotSchema>;

const slots = 24;
const hourMs = 3_600_000;
/** A slot is due before its posts are a day old. */
const dueAfterHours = slots - 1;
/** 120 thousand posts a day; beyond, the rest of an hour goes unwatched, and that is logged. */
const slotMax = 5_000;

export interface Due {
  readonly slot: number;
  readonly posts: readonly WatchedPost[];
}

export class WatchList {
  readonly #slots = new Map<number, Slot>();
  readonly #unsaved = new Set<number>();

  private constructor(
    private readonly inbox: Inbox,
    /** How many days a post is watched; 0: not at all. */
    private readonly days: number,
    private readonly log: Log,
    private readonly nowMs: () => number,
  ) {}

  static async load(inbox: Inbox, days: number, log: Log, nowMs: () => number = Date.now): Promise<WatchList> {
    const list = new WatchList(inbox, days, log, nowMs);
    for (let slot = 0; slot < slots; slot += 1) {
      const stored = await inbox.cursor(cursorName(slot));
      const parsed = stored === null ? null : slotSchema.safeParse(JSON.parse(stored));
      if (parsed?.success) list.#slots.set(slot, parsed.data);
    }
    return list;
  }

  add(posts: readonly WatchedPost[]): void {
    if (this.days === 0 || posts.length === 0) return;
    const slot = this.#hour % slots;
    const kept = this.#slots.get(slot);
    const before = kept?.posts ?? [];
    const known = new Set(before.map(([postId]) => postId));
    const unknown = posts.filter((post) => !known.has(post.id));
    const added = unknown.slice(0, Math.max(0, slotMax - before.length));
    if (added.length < unknown.length) this.log.warn({ slotMax }, 'too many posts in an hour to watch all of them');
    const entries = added.map((post): Slot['posts'][number] => [post.id, post.authorId, this.days]);
    const hour = kept === undefined || before.length === 0 ? this.#hour : kept.hour;
    this.#set(slot, { hour, posts: [...before, ...entries] });
  }

  /** Posts that are to be looked at now. */
  due(): readonly Due[] {
    return [...this.#slots]
      .filter(([, { hour, posts }]) => posts.length > 0 && this.#hour - hour >= dueAfterHours)
      .map(([slot, { posts }]) => ({ slot, posts: posts.map(([postId, authorId]) => ({ id: postId, authorId })) }));
  }

  /** A slot was looked at: those that are gone are forgotten, and the others when they were looked at often enough. */
  looked({ slot, posts }: Due, gone: ReadonlySet<string>): void {
    const looked = new Set(posts.map((post) => post.id));
    const left = (this.#slots.get(slot)?.posts ?? []).flatMap(([postId, authorId, times]): Slot['posts'] => {
      if (!looked.has(postId)) return [[postId, authorId, times]];
      return gone.has(postId) || times <= 1 ? [] : [[postId, authorId, times - 1]];
    });
    this.#set(slot, { hour: this.#hour, posts: left });
  }

  /**
   * Writes what has changed. Not with each post, for an hour's list is long; a crash in between costs some posts their
   * watch, unless they are read once more.
   */
  async save(): Promise<void> {
    for (const slot of [...this.#unsaved]) {
      this.#unsaved.delete(slot);
      try {
        await this.inbox.accept([], { name: cursorName(slot), value: JSON.stringify(this.#slots.get(slot)) });
      } catch (error) {
        this.#unsaved.add(slot);
        throw error;
      }
    }
  }

  get size(): number {
    return [...this.#slots.values()].reduce((sum, { posts }) => sum + posts.length, 0);
  }

  get #hour(): number {
    return Math.floor(this.nowMs() / hourMs);
  }

  #set(slot: number, content: Slot): void {
    this.#slots.set(slot, content);
    this.#unsaved.add(slot);
  }
}

function cursorName(slot: number): string {
  return `watched ${String(slot).padStart(2, '0')}`;
}
