import { forgetOldest } from '../bounded.js';
import { Changes } from '../changes.js';
import { App, type CallerKind, type Credentials } from './api/app.js';
import { Bill } from './api/bill.js';
import { Faults } from './api/faults.js';
import { RateLimits } from './api/limits.js';
import { Presenter } from './api/present.js';
import type { Entry, Journal } from './journal.js';
import type { Switches } from './switches.js';
import { Snowflakes, type Stamp } from './world/ids.js';
import { type Message, Messages } from './world/messages.js';
import { People, type User, type UserTraits } from './world/people.js';
import { type Draft, type Post, type PostedMedia, Posts } from './world/posts.js';

/** What happened, for streams and webhooks. */
export type XEvent =
  | { readonly kind: 'posted'; readonly post: Post }
  | { readonly kind: 'deleted'; readonly post: Post }
  | { readonly kind: 'messaged'; readonly message: Message };

/** A request that was understood, and what it got. */
export interface Exchange {
  /** The endpoint's operationId. */
  readonly operation: string;
  readonly caller: CallerKind;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export interface XSettings {
  /** The handle of the service, whose credentials the app has. */
  readonly handle: string;
  readonly credentials: Credentials;
  readonly switches: Switches;
  /** Told of each exchange, for checks against X's description. Streams tell nothing. */
  readonly observe: ((exchange: Exchange) => void) | null;
}

/** Oldest posts and messages go first; accounts are never forgotten, so there can be no more. */
const limits = { maxPosts: 200_000, maxMessages: 50_000, maxUsers: 200_000, maxOwnPosts: 500, maxMedia: 10_000 };

/** X without its HTTP: who is there, what they wrote, who is told, and how it misbehaves. */
export class XSimulator {
  readonly people: People;
  readonly posts: Posts;
  readonly messages: Messages;
  readonly presenter: Presenter;
  readonly app: App;
  readonly limits = new RateLimits();
  readonly bill = new Bill();
  readonly faults = new Faults();
  readonly changes = new Changes();
  /** The account that the gateway signs in as. */
  readonly service: User;
  /** The service's latest, oldest first: X refuses the same text again. */
  readonly ownPosts: Post[] = [];
  /** By media key. */
  readonly media = new Map<string, PostedMedia>();
  /** Answers by endpoint and status. */
  readonly requests = new Map<string, number>();
  switches: Switches;
  /** Set once the port is known. */
  publicUrl = '';
  readonly #listeners = new Set<(event: XEvent) => void>();
  /** How often the API gave a post or a message to the gateway. */
  readonly #given = new Map<string, number>();
  readonly #ids = new Snowflakes();

  /** @param journal keeps what happens, and knows what happened before; null: begins with nothing, and forgets all. */
  constructor(
    readonly settings: XSettings,
    private readonly journal: Journal | null,
  ) {
    this.people = new People(limits.maxUsers);
    this.posts = new Posts(this.people, limits);
    this.messages = new Messages(limits.maxMessages);
    this.presenter = new Presenter(this.people, this.posts);
    this.app = new App(settings.credentials);
    this.switches = settings.switches;
    this.service = this.people.describe(settings.handle, { name: 'LAPOR!', verifiedType: 'government' });
    for (const entry of journal?.open() ?? []) this.#replay(entry);
  }

  /** X's own idea of the time. */
  nowMs(): number {
    return Date.now() + this.switches.clockOffMs;
  }

  newId(): string {
    return this.#ids.next(Date.now());
  }

  onEvent(listener: (event: XEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** Sets traits of an account, opening it when it is new. */
  describe(handle: string, traits: UserTraits): User {
    this.journal?.append({ kind: 'described', handle, traits });
    return this.people.describe(handle, traits);
  }

  publish(author: User, draft: Draft): Post {
    const stamp = this.#stamp();
    this.journal?.append({ kind: 'posted', ...stamp, from: author.username, draft });
    const post = this.#posted(author, draft, stamp);
    this.#tell({ kind: 'posted', post });
    return post;
  }

  edit(post: Post, text: string): Post {
    const stamp = this.#stamp();
    this.journal?.append({ kind: 'edited', ...stamp, previousId: post.id, text });
    const edited = this.posts.edit(post, text, stamp);
    this.#tell({ kind: 'posted', post: edited });
    return edited;
  }

  delete(post: Post): void {
    this.journal?.append({ kind: 'deleted', id: post.id, atMs: Date.now() });
    this.posts.delete(post);
    this.#tell({ kind: 'deleted', post });
  }

  message(sender: User, recipient: User, text: string): Message {
    const stamp = this.#stamp();
    this.journal?.append({ kind: 'messaged', ...stamp, from: sender.username, to: recipient.username, text });
    const message = this.messages.send(sender, recipient, text, stamp);
    this.#tell({ kind: 'messaged', message });
    return message;
  }

  #stamp(): Stamp {
    const atMs = Date.now();
    return { id: this.#ids.next(atMs), atMs };
  }

  #posted(author: User, draft: Draft, stamp: Stamp): Post {
    const post = this.posts.publish(author, draft, stamp);
    for (const each of post.media) this.media.set(each.key, each);
    forgetOldest(this.media, limits.maxMedia);
    if (author === this.service) {
      this.ownPosts.push(post);
      if (this.ownPosts.length > limits.maxOwnPosts) this.ownPosts.shift();
    }
    return post;
  }

  /** What happened before a restart; nobody is told of it again. */
  #replay(entry: Entry): void {
    if ('id' in entry) this.#ids.seen(entry.id);
    switch (entry.kind) {
      case 'described':
        this.people.describe(entry.handle, entry.traits);
        return;
      case 'posted':
        this.#posted(this.people.called(entry.from), entry.draft, entry);
        return;
      case 'messaged':
        this.messages.send(this.people.called(entry.from), this.people.called(entry.to), entry.text, entry);
        return;
      case 'edited':
      case 'deleted': {
        const post = this.posts.byId(entry.kind === 'edited' ? entry.previousId : entry.id);
        if (post === undefined) return;
        if (entry.kind === 'edited') this.posts.edit(post, entry.text, entry);
        else this.posts.delete(post);
      }
    }
  }

  noteGiven(ids: Iterable<string>): void {
    for (const id of ids) this.#given.set(id, (this.#given.get(id) ?? 0) + 1);
    while (this.#given.size > limits.maxPosts) {
      const [oldest] = this.#given.keys();
      if (oldest !== undefined) this.#given.delete(oldest);
    }
    this.changes.notify();
  }

  timesGiven(id: string): number {
    return this.#given.get(id) ?? 0;
  }

  noteAnswer(endpoint: string, status: number): void {
    const key = `${endpoint} ${status}`;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
    this.changes.notify();
  }

  #tell(event: XEvent): void {
    for (const listener of this.#listeners) listener(event);
    this.changes.notify();
  }
}
