/**
 * A reply as X takes it. X counts weighted characters (https://docs.x.com/fundamentals/counting-characters), which its own
 * `twitter-text` package does; it is loaded with the first reply, for it is large.
 */

/** Weighted characters of a post. */
export const postMax = 280;
/** Characters of a direct message. */
const dmMax = 10_000;

const ellipsis = '…';

export interface PostText {
  readonly text: string;
  /** Twenty times the price. */
  readonly hasUrl: boolean;
}

/** @param keepLinks false: web addresses are written so that X makes no link of them. */
export async function fitPost(text: string, keepLinks: boolean): Promise<PostText> {
  const { default: library } = await import('twitter-text');
  const calm = withoutCallsToOthers(text);
  const plain = keepLinks ? calm : withoutLinks(calm, library.extractUrlsWithIndices);
  // A cut may make an address of what was none.
  const isPlain = (candidate: string) => keepLinks || library.extractUrls(candidate).length === 0;
  const fits = (candidate: string) => library.parseTweet(candidate).weightedLength <= postMax && isPlain(candidate);
  const fitted = fits(plain) ? plain : cutAtWord(plain, fits);
  return { text: fitted, hasUrl: library.extractUrls(fitted).length > 0 };
}

export function fitDirectMessage(text: string): string {
  return [...text].length <= dmMax ? text : cutAtWord(text, (candidate) => [...candidate].length <= dmMax);
}

/** As many whole words as there is room for, or of a single long one as many characters. */
function cutAtWord(text: string, fits: (candidate: string) => boolean): string {
  const words = text.split(/(?<=\s)/);
  const kept = longest(words, (some) => fits(`${some.join('').trimEnd()}${ellipsis}`));
  if (kept.length > 0) return `${kept.join('').trimEnd()}${ellipsis}`;
  const characters = [...text];
  return `${longest(characters, (some) => fits(`${some.join('')}${ellipsis}`)).join('')}${ellipsis}`;
}

/** The longest beginning that fits; what fits in full fits in part. */
function longest<Item>(items: readonly Item[], fits: (some: readonly Item[]) => boolean): readonly Item[] {
  let least = 0;
  let most = items.length;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(items.slice(0, middle))) least = middle;
    else most = middle - 1;
  }
  return items.slice(0, least);
}

/** An agency's words may name accounts. An automated reply must call nobody but the person whom it answers. */
function withoutCallsToOthers(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{N}_])[@＠](?=[A-Za-z0-9_])/gu, '');
}

interface Found {
  readonly url: string;
  readonly indices: readonly [number, number];
}

/** What was no address beside another may be one without it, so it is looked until none is left: each time dots go. */
function withoutLinks(text: string, addressesIn: (text: string) => readonly Found[]): string {
  let left = text;
  for (let found = addressesIn(left); found.length > 0; found = addressesIn(left)) left = unlinked(left, found);
  return left;
}

/** `https://lapor.go.id/x` becomes `lapor[.]go[.]id/x`: readable, and no link. */
function unlinked(text: string, urls: readonly Found[]): string {
  let left = '';
  let done = 0;
  for (const { url, indices } of urls) {
    left += text.slice(done, indices[0]) + withoutLink(url);
    done = indices[1];
  }
  return left + text.slice(done);
}

function withoutLink(url: string): string {
  const [host = '', ...path] = url.replace(/^https?:\/\//i, '').split('/');
  return [host.replaceAll('.', '[.]'), ...path].join('/');
}
