/**
 * The two wordings of X's API. In description 2.157 a post is a `tweet`; 2.167 renames parameters and answers to `post`
 * and moves some fields to expansions. The simulator speaks one at a time, as a switch tells.
 */

export const wordings = ['tweet', 'post'] as const;

export type Wording = (typeof wordings)[number];

/** What a canonical name of ours is called in each wording; names that both share are not listed. */
const renamed: Readonly<Record<string, Readonly<Record<Wording, string>>>> = {
  editHistoryIds: { tweet: 'edit_history_tweet_ids', post: 'edit_history_post_ids' },
  note: { tweet: 'note_tweet', post: 'note_post' },
  referenced: { tweet: 'referenced_tweets', post: 'referenced_posts' },
  posts: { tweet: 'tweets', post: 'posts' },
  repostCount: { tweet: 'retweet_count', post: 'repost_count' },
  postCount: { tweet: 'tweet_count', post: 'post_count' },
};

export function word(name: keyof typeof renamed & string, wording: Wording): string {
  return renamed[name]?.[wording] ?? name;
}

export function problemBase(wording: Wording): string {
  return wording === 'tweet' ? 'https://api.twitter.com/2/problems/' : 'https://api.x.com/2/problems/';
}

const sharedPostFields = [
  ...['article', 'attachments', 'card_uri', 'community_id', 'context_annotations', 'conversation_id', 'created_at'],
  ...['display_text_range', 'edit_controls', 'entities', 'geo', 'id', 'lang', 'media_metadata', 'non_public_metrics'],
  ...['organic_metrics', 'possibly_sensitive', 'promoted_metrics', 'public_metrics', 'reply_settings', 'scopes'],
  ...['source', 'suggested_source_links', 'suggested_source_links_with_counts', 'text', 'withheld'],
];

/** The fields that a request may ask of a post, by the parameter that asks. */
export const postFields: Readonly<Record<'tweet.fields' | 'post.fields', ReadonlySet<string>>> = {
  'tweet.fields': new Set([
    ...sharedPostFields,
    ...['author_id', 'edit_history_tweet_ids', 'in_reply_to_user_id', 'note_tweet', 'referenced_tweets'],
  ]),
  'post.fields': new Set([
    ...sharedPostFields,
    ...['article_title', 'matched_media_notes', 'note_post', 'note_request_suggestions', 'paid_partnership'],
  ]),
};

const sharedPostExpansions = [
  ...['article.cover_media', 'article.media_entities', 'attachments.media_keys', 'attachments.media_source_tweet'],
  ...['attachments.poll_ids', 'author_id', 'entities.mentions.username', 'geo.place_id', 'in_reply_to_user_id'],
];

export const postExpansions: Readonly<Record<Wording, ReadonlySet<string>>> = {
  tweet: new Set([
    ...sharedPostExpansions,
    ...['edit_history_tweet_ids', 'entities.note.mentions.username', 'referenced_tweets.id'],
    ...['referenced_tweets.id.attachments.media_keys', 'referenced_tweets.id.author_id'],
  ]),
  post: new Set([...sharedPostExpansions, 'edit_history_post_ids', 'referenced_posts', 'username']),
};

export const userFields: ReadonlySet<string> = new Set([
  ...['affiliation', 'confirmed_email', 'connection_status', 'created_at', 'description', 'entities', 'id'],
  ...['is_identity_verified', 'location', 'most_recent_tweet_id', 'name', 'parody', 'pinned_tweet_id'],
  ...['profile_banner_url', 'profile_image_url', 'protected', 'public_metrics', 'receives_your_dm'],
  ...['subscribes_to_you', 'subscription', 'subscription_type', 'url', 'username', 'verified'],
  ...['verified_followers_count', 'verified_type', 'withheld'],
]);

export const mediaFields: ReadonlySet<string> = new Set([
  ...['alt_text', 'duration_ms', 'height', 'media_key', 'non_public_metrics', 'organic_metrics', 'preview_image_url'],
  ...['promoted_metrics', 'public_metrics', 'type', 'url', 'variants', 'width'],
]);

export const placeFields: ReadonlySet<string> = new Set([
  ...['contained_within', 'country', 'country_code', 'full_name', 'geo', 'id', 'name', 'place_type'],
]);

export const pollFields: ReadonlySet<string> = new Set([
  ...['duration_minutes', 'end_datetime', 'id', 'options', 'voting_status'],
]);

const sharedDmEventFields = [
  ...['attachments', 'created_at', 'dm_conversation_id', 'entities', 'event_type', 'id', 'text'],
];

export const dmEventFields: Readonly<Record<Wording, ReadonlySet<string>>> = {
  tweet: new Set([...sharedDmEventFields, 'participant_ids', 'referenced_tweets', 'sender_id']),
  post: new Set(sharedDmEventFields),
};

export const dmEventExpansions: Readonly<Record<Wording, ReadonlySet<string>>> = {
  tweet: new Set(['attachments.media_keys', 'participant_ids', 'referenced_tweets.id', 'sender_id']),
  post: new Set(['attachments.media_keys', 'participant_ids', 'referenced_posts', 'sender_id']),
};
