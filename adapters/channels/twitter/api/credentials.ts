import type { TwitterConfig } from '../config.js';
import type { Caller } from './endpoints.js';
import type { Signature } from './signature.js';
import type { TokenStore } from './tokenStore.js';

type Keys = Pick<
  TwitterConfig,
  'consumerKey' | 'consumerSecret' | 'accessToken' | 'accessTokenSecret' | 'bearerToken' | 'clientId'
>;

/** Chooses what signs a request. */
export class Credentials {
  constructor(
    private readonly keys: Keys,
    /** Null where the account is known by OAuth 1.0a. */
    private readonly tokens: TokenStore | null,
  ) {}

  /** The app's own endpoints go by the user's word where no app token is given: X takes it for most of them. */
  async signatureFor(caller: Caller): Promise<Signature> {
    const { bearerToken } = this.keys;
    return caller === 'app' && bearerToken !== undefined ? { kind: 'bearer', token: bearerToken } : this.#user();
  }

  /** What a token that X refused can be replaced by; false where there is nothing to replace it by. */
  async renew(refused: Signature): Promise<boolean> {
    if (this.tokens === null || refused.kind !== 'bearer' || refused.token === this.keys.bearerToken) return false;
    return (await this.tokens.renew(refused.token)).ok;
  }

  async #user(): Promise<Signature> {
    if (this.tokens !== null) return { kind: 'bearer', token: await this.tokens.accessToken() };
    const { consumerKey = '', consumerSecret = '', accessToken = '', accessTokenSecret = '' } = this.keys;
    return {
      kind: 'oauth1',
      appKey: consumerKey,
      appSecret: consumerSecret,
      accessToken,
      accessSecret: accessTokenSecret,
    };
  }
}
