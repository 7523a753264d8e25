import { hiddenBecause, type Post } from './posts.js';
import { hasUrl } from './render.js';

/**
 * X's search language, as far as it is used here: words, "phrases", @mentions, #hashtags, `from:` and other operators,
 * OR, brackets, and - before each (https://docs.x.com/x-api/posts/search/integrate/build-a-query).
 */

export type Matcher = (post: Post) => boolean;

/** What is wrong with a query, as X would say. */
export class QueryFault extends Error {}

/** @throws QueryFault */
export function parseQuery(query: string): Matcher {
  const tokens = query.match(/-?\(|\)|-?"[^"]*"|-?[^\s()]+/g) ?? [];
  const parser = new Parser(tokens);
  const matcher = parser.alternatives();
  if (!parser.isAtEnd) throw new QueryFault('There is a bracket too many');
  if (!tokens.some(standsAlone)) {
    throw new QueryFault('A query needs at least one word, mention, hashtag or other operator that can stand alone');
  }
  return (post) => hiddenBecause(post) === null && matcher(post);
}

const operators: Readonly<Record<string, (value: string) => Matcher>> = {
  from: (name) => (post) => sameName(post.author.username, name) || post.author.id === name,
  to: (name) => (post) => post.inReplyTo !== null && sameName(post.inReplyTo.author.username, name),
  conversation_id: (id) => (post) => post.conversationId === id,
  in_reply_to_tweet_id: (id) => (post) => post.inReplyTo?.id === id,
  quotes_of_tweet_id: (id) => (post) => post.quoted?.id === id,
  lang: (lang) => () => lang === 'in' || lang === 'id',
  is: (what) => {
    const test = kinds[what];
    if (test === undefined) throw new QueryFault(`There is no operator is:${what}`);
    return test;
  },
  has: (what) => {
    const test = contents[what];
    if (test === undefined) throw new QueryFault(`There is no operator has:${what}`);
    return test;
  },
};

/** These only narrow a query. */
const narrowing: ReadonlySet<string> = new Set(['is', 'has', 'lang']);

const kinds: Readonly<Record<string, Matcher>> = {
  retweet: (post) => post.reposted !== null,
  reply: (post) => post.inReplyTo !== null,
  quote: (post) => post.quoted !== null,
  verified: (post) => post.author.verifiedType !== 'none',
  nullcast: () => false,
};

const contents: Readonly<Record<string, Matcher>> = {
  media: (post) => post.media.length > 0,
  images: (post) => post.media.some(({ type }) => type === 'photo'),
  videos: (post) => post.media.some(({ type }) => type === 'video'),
  mentions: (post) => post.mentions.size > 0,
  hashtags: (post) => /(^|\s)#\w/.test(post.text),
  links: (post) => hasUrl(post.text),
  geo: (post) => post.place !== null || post.coordinates !== null,
};

class Parser {
  #next = 0;

  constructor(private readonly tokens: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.#next >= this.tokens.length;
  }

  /** AND binds closer than OR. */
  alternatives(): Matcher {
    const all = [this.#together()];
    while (this.tokens[this.#next] === 'OR') {
      this.#next += 1;
      all.push(this.#together());
    }
    return (post) => all.some((matches) => matches(post));
  }

  #together(): Matcher {
    const all: Matcher[] = [];
    while (!this.isAtEnd && this.tokens[this.#next] !== ')' && this.tokens[this.#next] !== 'OR') all.push(this.#term());
    if (all.length === 0) throw new QueryFault('Something is missing beside OR or inside brackets');
    return (post) => all.every((matches) => matches(post));
  }

  #term(): Matcher {
    const token = this.tokens[this.#next] ?? '';
    this.#next += 1;
    const isNot = token.startsWith('-') && token.length > 1;
    const bare = isNot ? token.slice(1) : token;
    const matches = bare === '(' ? this.#bracket() : termOf(bare);
    return isNot ? (post) => !matches(post) : matches;
  }

  #bracket(): Matcher {
    const inside = this.alternatives();
    if (this.tokens[this.#next] !== ')') throw new QueryFault('A bracket is not closed');
    this.#next += 1;
    return inside;
  }
}

function termOf(token: string): Matcher {
  const [, name = '', value = ''] = /^([a-z_]+):(.+)$/.exec(token) ?? [];
  const operator = operators[name];
  if (operator !== undefined) return operator(value.replace(/^@/, ''));
  if (name !== '') throw new QueryFault(`There is no operator ${name}:`);
  if (token.startsWith('@'))
    return (post) => [...post.mentions].some(({ username }) => sameName(username, token.slice(1)));
  const wanted = token.replaceAll('"', '').toLowerCase();
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_])${escaped(wanted)}(?![\\p{L}\\p{N}_])`, 'u');
  return (post) => whole.test(post.text.toLowerCase());
}

function standsAlone(token: string): boolean {
  const bare = token.replace(/^-/, '');
  if (token.startsWith('-') || bare === '(' || bare === ')' || bare === 'OR') return false;
  return !narrowing.has(bare.split(':')[0] ?? '') || !bare.includes(':');
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** RegExp.escape came with Node 24; 20 is still served. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
