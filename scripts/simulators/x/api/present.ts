import { timeOfId } from '../world/ids.js';
import type { People, User } from '../world/people.js';
import { hiddenBecause, type Post, type PostedMedia, type PostedPlace, type Posts } from '../world/posts.js';
import { render } from '../world/render.js';
import { partialError } from './problems.js';
import { type Wording, word } from './wording.js';

/** Posts and what belongs to them as JSON: the fields and expansions that the request asked for, in the wording of the day. */

export interface Asked {
  readonly wording: Wording;
  /** Under either wording's names. */
  readonly post: ReadonlySet<string>;
  readonly user: ReadonlySet<string>;
  readonly media: ReadonlySet<string>;
  readonly place: ReadonlySet<string>;
  readonly expansions: ReadonlySet<string>;
}

type Json = Record<string, unknown>;

export interface Presented {
  readonly data: readonly Json[];
  readonly includes?: Json;
  readonly errors?: readonly Json[];
}

const editableForMs = 3_600_000;
const maxEdits = 5;

/** Expansions that put a field on the post itself. */
const fieldOfExpansion: Readonly<Record<string, string>> = {
  author_id: 'author_id',
  in_reply_to_user_id: 'in_reply_to_user_id',
  'referenced_tweets.id': 'referenced_tweets',
  'referenced_tweets.id.author_id': 'referenced_tweets',
  'referenced_tweets.id.attachments.media_keys': 'referenced_tweets',
  referenced_posts: 'referenced_tweets',
  'attachments.media_keys': 'attachments',
  'geo.place_id': 'geo',
  'entities.mentions.username': 'entities',
};

/** A request's fields under the names of the tweet wording, those that expansions bring along included. */
function fieldsOf({ post, expansions }: Asked): ReadonlySet<string> {
  const brought = [...expansions]
    .map((expansion) => fieldOfExpansion[expansion])
    .filter((field) => field !== undefined);
  const asked = [...post].map((field) => (field === 'note_post' ? 'note_tweet' : field));
  return new Set([...asked, ...brought]);
}

export class Presenter {
  constructor(
    private readonly people: People,
    private readonly posts: Posts,
  ) {}

  /** `includes` and `errors` only where there is something in them, as X does. */
  page(posts: readonly Post[], asked: Asked): Presented {
    const fields = fieldsOf(asked);
    const found = this.#referenced(posts, asked);
    const includes = this.#includes([...posts], found.posts, asked);
    return {
      data: posts.map((post) => this.#post(post, fields, asked.wording)),
      ...(Object.keys(includes).length > 0 && { includes }),
      ...(found.errors.length > 0 && { errors: found.errors }),
    };
  }

  user(user: User, fields: ReadonlySet<string>, wording: Wording): Json {
    const all: Json = {
      created_at: iso(user.createdAtMs),
      description: '',
      location: '',
      protected: user.protected,
      verified: user.verifiedType !== 'none',
      verified_type: user.verifiedType,
      receives_your_dm: user.receivesDms,
      profile_image_url: `https://pbs.twimg.com/profile_images/${user.id}/normal.jpg`,
      public_metrics: {
        followers_count: 0,
        following_count: 0,
        [word('postCount', wording)]: 0,
        listed_count: 0,
      },
      url: '',
    };
    return { id: user.id, name: user.name, username: user.username, ...chosen(all, fields) };
  }

  #post(post: Post, fields: ReadonlySet<string>, wording: Wording): Json {
    const rendered = render(post, this.people);
    const references = referencesOf(post);
    const all: Json = {
      author_id: post.author.id,
      conversation_id: post.conversationId,
      created_at: iso(post.atMs),
      display_text_range: rendered.displayTextRange,
      edit_controls: {
        edits_remaining: Math.max(0, maxEdits - post.versions.length + 1),
        is_edit_eligible: post.inReplyTo === null,
        editable_until: iso(timeOfId(post.versions[0] ?? post.id) + editableForMs),
      },
      entities: hasKeys(rendered.entities) ? rendered.entities : undefined,
      in_reply_to_user_id: post.inReplyTo?.author.id,
      // X names the language of most Indonesian posts `in`, the old ISO 639 code.
      lang: 'in',
      possibly_sensitive: false,
      reply_settings: post.replySettings,
      source: 'X for Android',
      public_metrics: metrics(wording),
      attachments: post.media.length > 0 ? { media_keys: post.media.map(({ key }) => key) } : undefined,
      geo: geoOf(post),
    };
    const named: Json = { ...chosen(all, fields) };
    if (fields.has('note_tweet') && rendered.note) named[word('note', wording)] = noteOf(rendered.note);
    if (fields.has('referenced_tweets') && references.length > 0) {
      named[word('referenced', wording)] = references.map(({ type, post: { id } }) => ({ type, id }));
    }
    return { id: post.id, text: rendered.text, [word('editHistoryIds', wording)]: [...post.versions], ...named };
  }

  /** The posts that those on the page refer to, and why some can't be shown. */
  #referenced(posts: readonly Post[], asked: Asked): { posts: readonly Post[]; errors: readonly Json[] } {
    const { wording, expansions } = asked;
    if (![...expansions].some((each) => fieldOfExpansion[each] === 'referenced_tweets'))
      return { posts: [], errors: [] };
    const shown = new Map<string, Post>();
    const errors: Json[] = [];
    for (const { post } of posts.flatMap(referencesOf)) {
      const reason = hiddenBecause(post);
      if (reason === null) shown.set(post.id, post);
      else errors.push(unavailable(post.id, word('referenced', wording), reason, wording));
    }
    return { posts: [...shown.values()], errors };
  }

  #includes(posts: readonly Post[], referenced: readonly Post[], asked: Asked): Json {
    const { wording, expansions, user, media, place } = asked;
    const users = new Set<User>();
    for (const post of posts) for (const each of this.#expandedUsers(post, expansions)) users.add(each);
    if (expansions.has('referenced_tweets.id.author_id')) for (const { author } of referenced) users.add(author);
    const withMedia = expansions.has('referenced_tweets.id.attachments.media_keys') ? [...posts, ...referenced] : posts;
    const attached = expansions.has('attachments.media_keys') ? withMedia.flatMap((post) => post.media) : [];
    const places = expansions.has('geo.place_id')
      ? posts.map((post) => post.place).filter((each) => each !== null)
      : [];
    const fields = fieldsOf(asked);
    return withoutEmpty({
      users: [...users].map((each) => this.user(each, user, wording)),
      [word('posts', wording)]: referenced.map((post) => this.#post(post, fields, wording)),
      media: unique(attached, 'key').map((each) => mediaJson(each, media)),
      places: unique(places, 'id').map((each) => placeJson(each, place)),
    });
  }

  #expandedUsers(post: Post, expansions: ReadonlySet<string>): readonly User[] {
    return [
      ...(expansions.has('author_id') ? [post.author] : []),
      ...(expansions.has('in_reply_to_user_id') && post.inReplyTo ? [post.inReplyTo.author] : []),
      ...(expansions.has('entities.mentions.username') ? post.mentions : []),
    ];
  }
}

/** The entry of `errors[]` for a post that was asked for by `parameter` and can't be shown. */
export function unavailable(
  id: string,
  parameter: string,
  reason: NonNullable<ReturnType<typeof hiddenBecause>> | 'unknown',
  wording: Wording,
): Json {
  const resource = wording === 'tweet' ? 'tweet' : 'post';
  const about = { value: id, resource_id: id, parameter, resource_type: resource };
  if (reason === 'protected' || reason === 'suspended') {
    const detail =
      reason === 'protected'
        ? `Sorry, you are not authorized to see the Tweet with ${parameter}: [${id}].`
        : `User has been suspended: [${id}].`;
    return partialError({ title: 'Authorization Error', detail, type: 'not-authorized-for-resource', about }, wording);
  }
  const detail = `Could not find ${resource} with ${parameter}: [${id}].`;
  return partialError({ title: 'Not Found Error', detail, type: 'resource-not-found', about }, wording);
}

function referencesOf(post: Post): ReadonlyArray<{ readonly type: string; readonly post: Post }> {
  const references = { replied_to: post.inReplyTo, quoted: post.quoted, retweeted: post.reposted };
  return Object.entries(references).flatMap(([type, referenced]) =>
    referenced === null ? [] : [{ type, post: referenced }],
  );
}

function geoOf({ place, coordinates }: Post): Json | undefined {
  if (place === null && coordinates === null) return undefined;
  return {
    ...(place && { place_id: place.id }),
    ...(coordinates && { coordinates: { type: 'Point', coordinates: [...coordinates] } }),
  };
}

function noteOf(note: NonNullable<ReturnType<typeof render>['note']>): Json {
  return { text: note.text, ...(hasKeys(note.entities) && { entities: note.entities }) };
}

export function mediaJson(media: PostedMedia, fields: ReadonlySet<string>): Json {
  const isPhoto = media.type === 'photo';
  const all: Json = {
    alt_text: media.altText ?? undefined,
    width: media.width,
    height: media.height,
    // Only photos have an address of their own; the others have a still, and files in several sizes.
    url: isPhoto ? media.url : undefined,
    preview_image_url: isPhoto ? undefined : media.url.replace(/\.\w+$/, '.jpg'),
    duration_ms: media.durationMs ?? undefined,
    variants: isPhoto ? undefined : [{ bit_rate: 2_176_000, content_type: 'video/mp4', url: media.url }],
  };
  return { media_key: media.key, type: media.type, ...chosen(all, fields) };
}

function placeJson(place: PostedPlace, fields: ReadonlySet<string>): Json {
  const all: Json = {
    name: place.fullName.split(',')[0],
    country: 'Indonesia',
    country_code: 'ID',
    place_type: place.type,
  };
  return { id: place.id, full_name: place.fullName, ...chosen(all, fields) };
}

function metrics(wording: Wording): Json {
  return {
    [word('repostCount', wording)]: 0,
    reply_count: 0,
    like_count: 0,
    quote_count: 0,
    bookmark_count: 0,
    impression_count: 0,
  };
}

function chosen(all: Json, fields: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== undefined && fields.has(name)));
}

function withoutEmpty(lists: Readonly<Record<string, readonly Json[]>>): Json {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function unique<Thing>(things: readonly Thing[], key: keyof Thing): readonly Thing[] {
  return [...new Map(things.map((thing) => [thing[key], thing])).values()];
}

function hasKeys(object: object): boolean {
  return Object.keys(object).length > 0;
}

export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
