import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link leads to. */
export interface Linked {
  readonly sha256: string;
  readonly contentType: string;
}

export type LinkRead =
  | { readonly kind: 'good'; readonly linked: Linked }
  /** It was made here, and its time is over. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'forged' };

export const mediaPath = '/media/';

/**
 * Links that lead to one file for a short time. Whoever has one may read the file, so a link says nothing but the file's
 * hash, and a tracker fetches what it wants to keep.
 */
export class MediaLinks {
  /** @param baseUrl where the tracker reaches this gateway, without a slash at the end */
  constructor(
    private readonly key: string,
    private readonly baseUrl: string,
    private readonly validMs: number,
  ) {}

  urlOf({ sha256, contentType }: Linked, nowMs: number): string {
    const expires = Math.ceil((nowMs + this.validMs) / 1_000);
    const query = new URLSearchParams({ type: contentType, expires: String(expires) });
    query.set('signature', this.#sign(sha256, contentType, String(expires)).toString('base64url'));
    return `${this.baseUrl}${mediaPath}${sha256}?${query}`;
  }

  read(sha256: string, query: URLSearchParams, nowMs: number): LinkRead {
    const contentType = query.get('type') ?? '';
    const expires = query.get('expires') ?? '';
    const given = Buffer.from(query.get('signature') ?? '', 'base64url');
    const wanted = this.#sign(sha256, contentType, expires);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { kind: 'forged' };
    return Number(expires) * 1_000 < nowMs ? { kind: 'expired' } : { kind: 'good', linked: { sha256, contentType } };
  }

  #sign(sha256: string, contentType: string, expires: string): Buffer {
    return createHmac('sha256', this.key).update(`${sha256}\n${contentType}\n${expires}`).digest();
  }
}
