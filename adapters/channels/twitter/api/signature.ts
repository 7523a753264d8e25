/** What signs one request: the four of OAuth 1.0a, or a token of OAuth 2. */
export type Signature =
  | {
      readonly kind: 'oauth1';
      readonly appKey: string;
      readonly appSecret: string;
      readonly accessToken: string;
      readonly accessSecret: string;
    }
  | { readonly kind: 'bearer'; readonly token: string };

/** Basic authentication of an OAuth 2 client, or nothing for a public one. */
export type ClientIdentity = { readonly kind: 'client'; readonly id: string; readonly secret: string | undefined };
