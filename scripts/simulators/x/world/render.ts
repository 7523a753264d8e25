import { createHash } from 'node:crypto';
import twitterText from 'twitter-text';
import type { People } from './people.js';
import type { Post } from './posts.js';

/**
 * A post's text as the API gives it: links shortened, `&`, `<` and `>` as HTML entities, a long post cut, with its whole
 * text apart. Places are counted in code points of the text as given.
 */

export interface Rendered {
  readonly text: string;
  readonly entities: Entities;
  readonly displayTextRange: readonly [number, number];
  /** The whole text of a post over 280 weighted characters. */
  readonly note: { readonly text: string; readonly entities: Entities } | null;
}

type Entity = Readonly<Record<string, unknown>> & { readonly start: number; readonly end: number };

export type Entities = Partial<Record<'mentions' | 'hashtags' | 'cashtags' | 'urls', Entity[]>>;

/** Weighted, as X counts: https://docs.x.com/fundamentals/counting-characters */
export const maxWeightedLength = 280;

const htmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export function weightedLength(text: string): number {
  return twitterText.parseTweet(text).weightedLength;
}

export function hasUrl(text: string): boolean {
  return twitterText.extractUrls(text).length > 0;
}

export function render(post: Post, people: People): Rendered {
  const hidden = post.text.slice(0, post.hiddenUnits);
  const shown = post.text.slice(post.hiddenUnits);
  const isLong = post.reposted === null && weightedLength(shown) > maxWeightedLength;
  const writer = new Writer(people);
  writer.write(isLong ? `${hidden}${cut(shown)}` : post.text);
  if (isLong) writer.link(`https://x.com/i/web/status/${post.id}`);
  const displayEnd = writer.length;
  for (const media of post.media) {
    writer.write(' ');
    writer.link(`https://x.com/${post.author.username}/status/${post.id}/${media.type}/1`, { media_key: media.key });
  }
  if (post.quoted !== null) {
    writer.write(' ');
    writer.link(`https://x.com/${post.quoted.author.username}/status/${post.quoted.id}`);
  }
  return {
    text: writer.text,
    entities: writer.entities,
    displayTextRange: [[...hidden].length, displayEnd],
    note: isLong ? whole(post, people) : null,
  };
}

function whole(post: Post, people: People): NonNullable<Rendered['note']> {
  const writer = new Writer(people);
  writer.write(post.text);
  return { text: writer.text, entities: writer.entities };
}

/** Room for `… ` and a link of 23. */
const keptWeight = maxWeightedLength - 25;

function cut(text: string): string {
  let kept = '';
  for (const word of text.split(/(?<= )/)) {
    if (weightedLength(kept + word) > keptWeight) break;
    kept += word;
  }
  // One word that fills the post alone is cut in the middle: even as emoji, half as many code points fit.
  return `${(kept || [...text].slice(0, keptWeight / 2).join('')).trimEnd()}… `;
}

/** Builds a text and notes where its entities are. */
class Writer {
  readonly entities: Entities = {};
  text = '';
  length = 0;

  constructor(private readonly people: People) {}

  write(source: string): void {
    let done = 0;
    for (const entity of twitterText.extractEntitiesWithIndices(source)) {
      const [start, end] = entity.indices;
      this.#append(source.slice(done, start));
      if ('url' in entity) this.link(entity.url);
      else this.#named(entity, source.slice(start, end));
      done = end;
    }
    this.#append(source.slice(done));
  }

  /** A link as `t.co` shortens it; always the same for the same address. */
  link(address: string, extras: Readonly<Record<string, string>> = {}): void {
    const expanded = /^https?:/i.test(address) ? address : `http://${address}`;
    const url = `https://t.co/${createHash('sha256').update(expanded).digest('hex').slice(0, 10)}`;
    const displayed = expanded.replace(/^https?:\/\/(www\.)?/i, '');
    const display = displayed.length > 26 ? `${displayed.slice(0, 26)}…` : displayed;
    this.#noted('urls', url, { url, expanded_url: expanded, display_url: display, ...extras });
  }

  #named(
    entity: Exclude<ReturnType<typeof twitterText.extractEntitiesWithIndices>[number], { url: string }>,
    text: string,
  ) {
    if ('screenName' in entity) {
      const user = this.people.byName(entity.screenName);
      this.#noted('mentions', text, { username: entity.screenName, ...(user && { id: user.id }) });
    } else if ('hashtag' in entity) this.#noted('hashtags', text, { tag: entity.hashtag });
    else this.#noted('cashtags', text, { tag: entity.cashtag });
  }

  #noted(kind: keyof Entities, text: string, facts: Readonly<Record<string, string>>): void {
    const start = this.length;
    this.#append(text);
    const known = this.entities[kind] ?? [];
    known.push({ start, end: this.length, ...facts });
    this.entities[kind] = known;
  }

  #append(text: string): void {
    const escaped = text.replaceAll(/[&<>]/g, (sign) => htmlEntities[sign] ?? sign);
    this.text += escaped;
    this.length += [...escaped].length;
  }
}
