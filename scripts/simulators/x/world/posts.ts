import twitterText from 'twitter-text';
import { isNewer, type Stamp } from './ids.js';
import type { People, User } from './people.js';

/** What is posted: threads, mentions, edits, deletions. Knows nothing of HTTP or of the shapes that the API gives. */

export const replySettings = ['everyone', 'mentionedUsers', 'following', 'subscribers', 'verified'] as const;

export type ReplySettings = (typeof replySettings)[number];

export interface PostedMedia {
  readonly type: 'photo' | 'video' | 'animated_gif';
  readonly key: string;
  readonly url: string;
  readonly altText: string | null;
  readonly width: number;
  readonly height: number;
  /** Videos and GIFs. */
  readonly durationMs: number | null;
}

export interface PostedPlace {
  readonly id: string;
  readonly fullName: string;
  readonly type: 'poi' | 'neighborhood' | 'city' | 'admin' | 'country';
}

export interface Draft {
  readonly text: string;
  readonly inReplyToId?: string;
  readonly quotedId?: string;
  readonly repostedId?: string;
  readonly replySettings?: ReplySettings;
  readonly media?: readonly PostedMedia[];
  readonly place?: PostedPlace;
  /** As GeoJSON has it: longitude first. */
  readonly coordinates?: readonly [lon: number, lat: number];
  /** How long after its making timelines and search show it: X's index lags behind the ids. */
  readonly lateMs?: number;
}

export interface Post {
  readonly id: string;
  readonly author: User;
  readonly atMs: number;
  /** From when on timelines and search have it. */
  indexedAtMs: number;
  /** All of it: hidden mentions first, links as they were written. */
  readonly text: string;
  /** How many UTF-16 units of `text` are the mentions that X itself put before a reply, and hides. */
  readonly hiddenUnits: number;
  readonly conversationId: string;
  readonly inReplyTo: Post | null;
  readonly quoted: Post | null;
  readonly reposted: Post | null;
  /** Shared by all versions of an edited post, oldest first. */
  readonly versions: string[];
  /** Users named in the text, hidden mentions included. */
  readonly mentions: ReadonlySet<User>;
  /** Those named where readers see it. */
  readonly explicitMentions: ReadonlySet<User>;
  readonly replySettings: ReplySettings;
  readonly media: readonly PostedMedia[];
  readonly place: PostedPlace | null;
  readonly coordinates: readonly [lon: number, lat: number] | null;
  deleted: boolean;
}

export interface PostLimits {
  readonly maxPosts: number;
}

/** Posts kept of those that mention someone: the API gives the 800 newest, and deleted ones make room. */
const maxMentionsKept = 2_000;

export class Posts {
  /** Oldest first; every version of an edited post. */
  readonly #all: Post[] = [];
  readonly #byId = new Map<string, Post>();
  readonly #mentioning = new Map<User, Post[]>();

  constructor(
    private readonly people: People,
    private readonly limits: PostLimits,
  ) {}

  get count(): number {
    return this.#all.length;
  }

  /** Also a deleted one. */
  byId(id: string): Post | undefined {
    return this.#byId.get(id);
  }

  publish(author: User, draft: Draft, stamp: Stamp): Post {
    return this.#add(author, draft, null, stamp);
  }

  /** The new version has an id of its own; the old one leaves the timelines. */
  edit(post: Post, text: string, stamp: Stamp): Post {
    const { replySettings: settings, media, place, coordinates, inReplyTo, quoted } = post;
    return this.#add(
      post.author,
      {
        text,
        replySettings: settings,
        media,
        ...(place && { place }),
        ...(coordinates && { coordinates }),
        ...(inReplyTo && { inReplyToId: inReplyTo.id }),
        ...(quoted && { quotedId: quoted.id }),
      },
      post,
      stamp,
    );
  }

  /** Deletes all versions. */
  delete(post: Post): void {
    for (const id of post.versions) {
      const version = this.#byId.get(id);
      if (version !== undefined) version.deleted = true;
    }
  }

  /** Brings the index up to date: late posts are shown from now on. */
  indexNow(): void {
    const nowMs = Date.now();
    for (const post of this.#all) post.indexedAtMs = Math.min(post.indexedAtMs, nowMs);
  }

  /** Whether timelines show it: neither deleted nor replaced by an edit. */
  isCurrent(post: Post): boolean {
    return !post.deleted && post.versions.at(-1) === post.id;
  }

  /** Newest first. */
  *newest(): Generator<Post> {
    yield* newestFirst(this.#all);
  }

  /** Newest first, hidden mentions included. */
  *mentioning(user: User): Generator<Post> {
    yield* newestFirst(this.#mentioning.get(user) ?? []);
  }

  /** What came into a conversation after a post, oldest first. */
  conversation(id: string, after: string): readonly Post[] {
    const found: Post[] = [];
    for (const post of this.newest()) {
      // None is older than the post that began it.
      if (!isNewer(post.id, after) || isNewer(id, post.id)) break;
      if (post.conversationId === id && this.isCurrent(post)) found.push(post);
    }
    return found.reverse();
  }

  #add(author: User, draft: Draft, previous: Post | null, { id, atMs }: Stamp): Post {
    const inReplyTo = this.#find(draft.inReplyToId);
    const reposted = this.#find(draft.repostedId);
    const hidden = inReplyTo === null ? '' : hiddenMentions(author, inReplyTo, draft.text);
    const text = reposted === null ? `${hidden}${draft.text}` : repostText(reposted);
    const versions = previous?.versions ?? [];
    versions.push(id);
    const post: Post = {
      id,
      author,
      atMs,
      indexedAtMs: atMs + (draft.lateMs ?? 0),
      text,
      hiddenUnits: hidden.length,
      conversationId: previous?.conversationId ?? inReplyTo?.conversationId ?? id,
      inReplyTo,
      quoted: this.#find(draft.quotedId),
      reposted,
      versions,
      mentions: this.#named(text),
      explicitMentions: this.#named(text.slice(hidden.length)),
      replySettings: draft.replySettings ?? 'everyone',
      media: draft.media ?? [],
      place: draft.place ?? null,
      coordinates: draft.coordinates ?? null,
      deleted: false,
    };
    this.#keep(post);
    return post;
  }

  #keep(post: Post): void {
    this.#all.push(post);
    this.#byId.set(post.id, post);
    for (const user of post.mentions) {
      const posts = this.#mentioning.get(user) ?? [];
      posts.push(post);
      if (posts.length > maxMentionsKept) posts.splice(0, maxMentionsKept / 2);
      this.#mentioning.set(user, posts);
    }
    if (this.#all.length <= this.limits.maxPosts) return;
    for (const old of this.#all.splice(0, Math.ceil(this.limits.maxPosts / 10))) this.#byId.delete(old.id);
  }

  #find(id: string | undefined): Post | null {
    return id === undefined ? null : (this.#byId.get(id) ?? null);
  }

  #named(text: string): ReadonlySet<User> {
    const users = twitterText.extractMentions(text).map((handle) => this.people.byName(handle));
    return new Set(users.filter((user) => user !== undefined));
  }
}

/** Why readers other than the author's followers can't see a post; null when they can. */
export function hiddenBecause(post: Post): 'deleted' | 'protected' | 'suspended' | null {
  if (post.deleted) return 'deleted';
  if (post.author.suspended) return 'suspended';
  return post.author.protected ? 'protected' : null;
}

function* newestFirst(posts: readonly Post[]): Generator<Post> {
  for (let place = posts.length - 1; place >= 0; place -= 1) {
    const post = posts[place];
    if (post !== undefined) yield post;
  }
}

/** What is too long for the old 140 characters of a repost is cut. */
function repostText({ author, text }: Post): string {
  const whole = [...`RT @${author.username}: ${text}`];
  return whole.length > 140 ? `${whole.slice(0, 139).join('')}…` : whole.join('');
}

/** X puts the author and those named in the post before a reply, and hides them; who is named anyway is left out. */
function hiddenMentions(author: User, inReplyTo: Post, text: string): string {
  const named = new Set(twitterText.extractMentions(text).map((handle) => handle.toLowerCase()));
  const addressed = [inReplyTo.author, ...inReplyTo.mentions];
  const hidden = addressed.filter((user) => user !== author && !named.has(user.username.toLowerCase()));
  return [...new Set(hidden)].map((user) => `@${user.username} `).join('');
}

/** Posts on one page, newest first, between two ids that are themselves left out. */
export function* within(posts: Iterable<Post>, sinceId: string | null, untilId: string | null): Generator<Post> {
  for (const post of posts) {
    if (sinceId !== null && !isNewer(post.id, sinceId)) return;
    if (untilId === null || isNewer(untilId, post.id)) yield post;
  }
}
