/** What we ask X to tell of a post, in the two wordings of its API. */

export const wordings = ['tweet', 'post'] as const;

/** `tweet`: description 2.157 and before. `post`: 2.167, which renames fields and moves some of them to expansions. */
export type Wording = (typeof wordings)[number];

const sharedFields = ['created_at', 'conversation_id', 'display_text_range', 'entities', 'geo', 'attachments'];
const sharedExpansions = ['attachments.media_keys', 'geo.place_id'];

/** Authors are not expanded: a user costs twice as much as a post, and their id is all we need. */
const asked: Readonly<Record<Wording, Readonly<Record<string, readonly string[]>>>> = {
  tweet: {
    'tweet.fields': [
      ...sharedFields,
      ...['author_id', 'in_reply_to_user_id', 'referenced_tweets', 'note_tweet', 'edit_history_tweet_ids'],
    ],
    expansions: sharedExpansions,
  },
  post: {
    'post.fields': [...sharedFields, 'note_post'],
    // In this wording these come by expansion alone.
    expansions: [...sharedExpansions, 'author_id', 'in_reply_to_user_id', 'referenced_posts', 'edit_history_post_ids'],
  },
};

const mediaFields = ['media_key', 'type', 'url', 'preview_image_url', 'variants', 'alt_text', 'width', 'height'];

export function postQuery(wording: Wording): Readonly<Record<string, string>> {
  const lists = { ...asked[wording], 'media.fields': mediaFields, 'place.fields': ['full_name', 'place_type'] };
  return joined(lists);
}

export function directMessageQuery(wording: Wording): Readonly<Record<string, string>> {
  // As with authors: the new wording tells the sender by expansion alone.
  const sender = { tweet: { field: ['sender_id'], expansion: [] }, post: { field: [], expansion: ['sender_id'] } };
  return joined({
    'dm_event.fields': ['id', 'event_type', 'text', 'created_at', 'attachments', ...sender[wording].field],
    event_types: ['MessageCreate'],
    expansions: ['attachments.media_keys', ...sender[wording].expansion],
    'media.fields': mediaFields,
  });
}

function joined(lists: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.join(',')]));
}
