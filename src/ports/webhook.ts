/** An HTTP request as adapters see it: the raw body is kept, for signatures are over bytes. */
export interface WebhookRequest {
  readonly method: string;
  /** Path and query, as the peer sent them. */
  readonly url: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly remoteAddress: string;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
