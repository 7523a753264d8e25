import { isXId } from './ids.js';
import type { PostEntities, XPost } from './post.js';

/** What a citizen said in a post: the words without X's own additions, and without the call that brought us here. */

export interface Calls {
  /** Without @. */
  readonly handle: string;
  /** Without #. */
  readonly hashtags: readonly string[];
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** X escapes `&`, `<` and `>` in texts. One pass: `&amp;lt;` is the text `&lt;`. */
export function unescapeHtml(text: string): string {
  return text.replaceAll(/&(?:(amp|lt|gt|quot|apos)|#39);/g, (_all, name: string | undefined) =>
    name === undefined ? "'" : (namedEntities[name] ?? ''),
  );
}

/** The mentions that X itself puts before a reply, and hides: those left of where the shown text begins. */
export function hiddenPrefix(post: XPost): string {
  return post.displayStart === 0 ? '' : [...post.text].slice(0, post.displayStart).join('');
}

/** The whole text of a post as its author wrote it, links in full, still with mentions and hashtags. */
export function shownText(post: XPost): string {
  const whole = post.note?.text ?? post.text;
  const hidden = hiddenPrefix(post);
  const shown = hidden !== '' && whole.startsWith(hidden) ? whole.slice(hidden.length) : whole;
  return unescapeHtml(withFullLinks(shown, post.note?.entities ?? post.entities, post)).trim();
}

/** What is left without the mentions of us and our hashtags at the edges. In the middle they are part of a sentence. */
export function citizenText(post: XPost, calls: Calls): string {
  return withoutCalls(shownText(post), calls);
}

export function withoutCalls(text: string, calls: Calls): string {
  const names = namesOf(calls);
  // A dot before a mention is an old way to show a reply to everybody.
  const leading = new RegExp(`^[\\s.\\p{Cf}]*(?:${names})(?![\\p{L}\\p{N}_])[\\s,:;\\p{Cf}-]*`, 'iu');
  let left = text;
  for (let next = left.replace(leading, ''); next !== left; next = left.replace(leading, '')) left = next;
  return withoutTrailing(left, new RegExp(`^(?:${names})$`, 'iu')).trim();
}

const blank = /[\s\p{Cf}]/u;
const separator = /[\s,;\p{Cf}]/u;
/** Longer words are no name of ours: a handle has 15 letters at most and a hashtag 50, of two units each. */
const nameMax = 102;

/** Word by word from the end: a pattern that is not tied to the beginning takes half a second for 25,000 commas. */
function withoutTrailing(text: string, name: RegExp): string {
  let end = text.length;
  for (;;) {
    const wordEnd = before(text, end, blank);
    let start = wordEnd;
    while (start > 0 && wordEnd - start <= nameMax && !separator.test(text.charAt(start - 1))) start -= 1;
    if (start === wordEnd || !name.test(text.slice(start, wordEnd))) return text.slice(0, end);
    end = before(text, start, separator);
  }
}

/** Where the text ends if the signs of a kind right before `end` are left out. */
function before(text: string, end: number, kind: RegExp): number {
  let at = end;
  while (at > 0 && kind.test(text.charAt(at - 1))) at -= 1;
  return at;
}

/** X knows the wide signs of Asian keyboards as well. */
function namesOf({ handle, hashtags }: Calls): string {
  return [`[@＠]${escapeRegExp(handle)}`, ...hashtags.map((tag) => `[#＃]${escapeRegExp(tag)}`)].join('|');
}

/** Whether the author named us where readers see it; a mention that X hid does not count. */
export function callsUs(post: XPost, calls: Calls): boolean {
  const called = new RegExp(`(?<![\\p{L}\\p{N}_&/])(?:${namesOf(calls)})(?![\\p{L}\\p{N}_])`, 'iu');
  return called.test(shownText(post));
}

/**
 * Links to the post's own media, and to the post that it quotes, are X's way to attach them: they go. Others are told in
 * full, for `t.co` says nothing.
 */
function withFullLinks(text: string, entities: PostEntities, post: XPost): string {
  return entities.urls.reduce((left, { url, expandedUrl, mediaKey }) => {
    const isAttached = mediaKey !== null || leadsTo(expandedUrl, [...post.versions, post.quotedId]);
    return left.replaceAll(url, () => (isAttached ? '' : expandedUrl));
  }, text);
}

const statusLink = /^https?:\/\/(?:www\.|mobile\.)?(?:x|twitter)\.com\/(?:i\/web|\w+)\/status\/(\d+)/i;

function leadsTo(link: string, ids: readonly (string | null)[]): boolean {
  const id = statusLink.exec(link)?.[1];
  return isXId(id) && ids.includes(id);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
