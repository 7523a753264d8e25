import * as z from 'zod';
import { compareIds, isXId } from './ids.js';

/**
 * Posts as X gives them, in either wording of its API (`tweet.fields` of description 2.157, `post.fields` of 2.167), in
 * one form of ours. What is not needed is not looked at: X adds fields as it likes.
 */

export interface Link {
  readonly url: string;
  readonly expandedUrl: string;
  readonly mediaKey: string | null;
}

export interface PostEntities {
  readonly urls: readonly Link[];
}

export interface XPost {
  readonly id: string;
  /** All ids that the post had, oldest first: each edit is a new one. */
  readonly versions: readonly [string, ...string[]];
  readonly authorId: string;
  readonly createdAtMs: number | null;
  readonly text: string;
  readonly entities: PostEntities;
  /** The whole text of a long post, whose `text` is cut. */
  readonly note: { readonly text: string; readonly entities: PostEntities } | null;
  /** Where the shown text begins, in code points: what is left of it are mentions that X put there. */
  readonly displayStart: number;
  readonly conversationId: string | null;
  readonly repliedToId: string | null;
  readonly repliedToAuthorId: string | null;
  readonly quotedId: string | null;
  readonly isRepost: boolean;
  readonly mediaKeys: readonly string[];
  readonly placeId: string | null;
  /** As GeoJSON has it. */
  readonly coordinates: readonly [lon: number, lat: number] | null;
}

export interface XMedia {
  readonly type: string;
  /** Of the file itself, or of its still where X gives no more. */
  readonly url: string | null;
  readonly contentType: string | null;
  readonly altText: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface XPlace {
  readonly fullName: string;
}

/** What belongs to the posts of one answer. */
export interface Includes {
  readonly media: ReadonlyMap<string, XMedia>;
  readonly places: ReadonlyMap<string, XPlace>;
  /** Ids of authors whose posts only their followers see. */
  readonly protectedUsers: ReadonlySet<string>;
}

const id = z.string().refine(isXId);

const urls = z
  .array(
    z
      .object({ url: z.string().min(1), expanded_url: z.string().optional(), media_key: z.string().optional() })
      .transform(
        ({ url, expanded_url, media_key }): Link => ({
          url,
          expandedUrl: expanded_url ?? url,
          mediaKey: media_key ?? null,
        }),
      ),
  )
  .catch([]);

const entities = z
  .object({ urls: urls.default([]) })
  .optional()
  .transform((found): PostEntities => found ?? { urls: [] });

const references = z.array(z.object({ type: z.string(), id })).optional();
const note = z.object({ text: z.string(), entities }).optional();
const history = z.array(id).optional();

const postSchema = z
  .object({
    id,
    author_id: id,
    text: z.string(),
    created_at: z.iso.datetime().optional(),
    entities,
    note_tweet: note,
    note_post: note,
    display_text_range: z.tuple([z.int().nonnegative(), z.int()]).optional(),
    conversation_id: id.optional(),
    in_reply_to_user_id: id.optional(),
    referenced_tweets: references,
    referenced_posts: references,
    edit_history_tweet_ids: history,
    edit_history_post_ids: history,
    attachments: z.object({ media_keys: z.array(z.string()).default([]) }).optional(),
    geo: z
      .object({
        place_id: z.string().optional(),
        coordinates: z.object({ coordinates: z.tuple([z.number(), z.number()]) }).nullish(),
      })
      .optional(),
  })
  .transform((post): XPost => {
    const referred = post.referenced_tweets ?? post.referenced_posts ?? [];
    const idOf = (type: string) => referred.find((each) => each.type === type)?.id ?? null;
    return {
      id: post.id,
      versions: versionsOf(post.id, post.edit_history_tweet_ids ?? post.edit_history_post_ids ?? []),
      authorId: post.author_id,
      createdAtMs: post.created_at === undefined ? null : Date.parse(post.created_at),
      text: post.text,
      entities: post.entities,
      note: post.note_tweet ?? post.note_post ?? null,
      displayStart: post.display_text_range?.[0] ?? 0,
      conversationId: post.conversation_id ?? null,
      repliedToId: idOf('replied_to'),
      repliedToAuthorId: post.in_reply_to_user_id ?? null,
      quotedId: idOf('quoted'),
      isRepost: idOf('retweeted') !== null || idOf('reposted') !== null,
      mediaKeys: post.attachments?.media_keys ?? [],
      placeId: post.geo?.place_id ?? null,
      coordinates: post.geo?.coordinates?.coordinates ?? null,
    };
  });

/** @returns null where this is no post that we can read. */
export function readPost(raw: unknown): XPost | null {
  const parsed = postSchema.safeParse(raw);
  return parsed.success ? parsed.data : null;
}

function versionsOf(own: string, listed: readonly string[]): [string, ...string[]] {
  const [first = own, ...others] = [...new Set([...listed, own])].sort(compareIds);
  return [first, ...others];
}

const variant = z.object({ bit_rate: z.number().default(0), content_type: z.string(), url: z.string() });

const mediaSchema = z.object({
  media_key: z.string(),
  type: z.string(),
  url: z.string().optional(),
  preview_image_url: z.string().optional(),
  alt_text: z.string().optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  variants: z.array(variant).catch([]).default([]),
});

const includesSchema = z.object({
  media: z.array(z.unknown()).default([]),
  places: z.array(z.unknown()).default([]),
  users: z.array(z.unknown()).default([]),
});

const placeSchema = z.object({ id: z.string(), full_name: z.string() });
const userSchema = z.object({ id, protected: z.literal(true) });

/** One odd entry costs itself alone. */
export function readIncludes(raw: unknown): Includes {
  const { media, places, users } = includesSchema.catch({ media: [], places: [], users: [] }).parse(raw ?? {});
  return {
    media: new Map(readable(mediaSchema, media).map((each) => [each.media_key, mediaOf(each)])),
    places: new Map(readable(placeSchema, places).map((each) => [each.id, { fullName: each.full_name }])),
    protectedUsers: new Set(readable(userSchema, users).map((each) => each.id)),
  };
}

function readable<Schema extends z.ZodType>(schema: Schema, raw: readonly unknown[]): z.output<Schema>[] {
  return raw.flatMap((each) => {
    const parsed = schema.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Of a video the file with the most detail; a still where X gives no file. */
function mediaOf(media: z.output<typeof mediaSchema>): XMedia {
  const [best] = media.variants.filter((each) => each.content_type.startsWith('video/')).sort(byDetail);
  const url = best?.url ?? media.url ?? media.preview_image_url ?? null;
  return {
    type: media.type,
    url,
    contentType: best?.content_type ?? imageTypeOf(url),
    altText: media.alt_text ?? null,
    width: media.width ?? null,
    height: media.height ?? null,
  };
}

function byDetail(one: z.output<typeof variant>, other: z.output<typeof variant>): number {
  return other.bit_rate - one.bit_rate;
}

const imageTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
};

/** By the ending, or by `?format=`. */
function imageTypeOf(url: string | null): string | null {
  const ending = url === null ? undefined : /(?:\.|[?&]format=)(\w{3,4})(?=$|[?&#:])/.exec(url)?.[1];
  return ending === undefined ? null : (imageTypes[ending.toLowerCase()] ?? null);
}
