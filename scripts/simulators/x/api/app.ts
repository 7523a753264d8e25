import { randomBytes } from 'node:crypto';
import { forgetOldest } from '../../bounded.js';
import { type OAuth1Secrets, oauth1Fault, parseOAuthHeader, type SignedRequest } from './oauth1.js';

/** The developer app that the gateway signs in as: its credentials, and the tokens that it got. */

export interface Credentials extends OAuth1Secrets {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly bearerToken: string;
  /** The first refresh token; each works once. */
  readonly refreshToken: string;
}

/** Good for nothing but the simulator. The OAuth 1.0a token begins with the account's id at X; here it need not. */
export const demoCredentials: Credentials = {
  consumerKey: 'sim-consumer-key',
  consumerSecret: 'sim-consumer-secret',
  accessToken: 'sim-access-token',
  accessSecret: 'sim-access-secret',
  clientId: 'sim-client-id',
  clientSecret: 'sim-client-secret',
  bearerToken: 'sim-bearer-token',
  refreshToken: 'sim-refresh-token',
};

/** How a caller signed in. */
export type CallerKind = 'oauth1' | 'oauth2' | 'app';

export const scopes = ['tweet.read', 'tweet.write', 'users.read', 'dm.read', 'dm.write', 'offline.access'] as const;

/** X's access tokens live two hours. */
const accessLifeS = 7_200;
const maxTokens = 10_000;
const maxNonces = 10_000;

export type TokenAnswer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: string; readonly description: string };

export class App {
  readonly #accessTokens = new Map<string, number>();
  /** All that were ever given, and whether they were used. */
  readonly #refreshTokens = new Map<string, { used: boolean }>();
  readonly #nonces = new Map<string, true>();
  /** Ended with the family, when a refresh token comes twice. */
  #isFamilyAlive = true;
  /** Why the last caller was refused, for whoever looks for the reason. */
  lastRefusal: string | null = null;

  constructor(readonly credentials: Credentials) {
    this.#refreshTokens.set(credentials.refreshToken, { used: false });
  }

  /** @returns how the caller signed in; null when X would answer 401. */
  identify(header: string | undefined, request: SignedRequest, nowMs: number): CallerKind | null {
    const bearer = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    if (bearer !== undefined) return this.#bearer(bearer, nowMs);
    const oauth = parseOAuthHeader(header ?? '');
    if (oauth === null) return this.#refused('no Authorization header that X knows');
    const fault = oauth1Fault(request, oauth, this.credentials, nowMs) ?? this.#nonceFault(oauth);
    return fault === null ? 'oauth1' : this.#refused(fault);
  }

  /** `grant_type=refresh_token`: a token that comes a second time ends every token of its family. */
  refresh(token: string, nowMs: number): TokenAnswer {
    const known = this.#refreshTokens.get(token);
    if (known === undefined || !this.#isFamilyAlive) return invalidToken;
    if (known.used) {
      this.#isFamilyAlive = false;
      this.#accessTokens.clear();
      return invalidToken;
    }
    known.used = true;
    const [accessToken, refreshToken] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')];
    this.#accessTokens.set(accessToken, nowMs + accessLifeS * 1_000);
    this.#refreshTokens.set(refreshToken, { used: false });
    forgetOldest(this.#accessTokens, maxTokens);
    forgetOldest(this.#refreshTokens, maxTokens);
    return {
      ok: true,
      body: {
        token_type: 'bearer',
        expires_in: accessLifeS,
        access_token: accessToken,
        scope: scopes.join(' '),
        refresh_token: refreshToken,
      },
    };
  }

  /** Ends the access tokens that are out, as their two hours do. */
  expireAccessTokens(): void {
    this.#accessTokens.clear();
  }

  #bearer(token: string, nowMs: number): CallerKind | null {
    if (token === this.credentials.bearerToken) return 'app';
    const endsMs = this.#accessTokens.get(token);
    if (endsMs === undefined) return this.#refused('unknown Bearer token');
    return endsMs > nowMs ? 'oauth2' : this.#refused('the access token has expired');
  }

  #nonceFault(oauth: ReadonlyMap<string, string>): string | null {
    const key = `${oauth.get('oauth_timestamp')} ${oauth.get('oauth_nonce')}`;
    if (this.#nonces.has(key)) return 'oauth_nonce was used before';
    this.#nonces.set(key, true);
    forgetOldest(this.#nonces, maxNonces);
    return null;
  }

  #refused(reason: string): null {
    this.lastRefusal = reason;
    return null;
  }
}

const invalidToken: TokenAnswer = {
  ok: false,
  error: 'invalid_request',
  description: 'Value passed for the token was invalid.',
};
