/** The endpoints that we use. Each has limits of its own, so each has a name. */
export const endpoints = {
  me: { method: 'GET', path: 'users/me', by: 'user' },
  mentions: { method: 'GET', path: 'users/:id/mentions', by: 'user' },
  search: { method: 'GET', path: 'tweets/search/recent', by: 'user' },
  lookup: { method: 'GET', path: 'tweets', by: 'user' },
  post: { method: 'POST', path: 'tweets', by: 'user' },
  dmEvents: { method: 'GET', path: 'dm_events', by: 'user' },
  sendDm: { method: 'POST', path: 'dm_conversations/with/:id/messages', by: 'user' },
  usage: { method: 'GET', path: 'usage/tweets', by: 'app' },
  rules: { method: 'GET', path: 'tweets/search/stream/rules', by: 'app' },
  changeRules: { method: 'POST', path: 'tweets/search/stream/rules', by: 'app' },
  subscriptions: { method: 'GET', path: 'activity/subscriptions', by: 'app' },
  /** Private events want the user's own word. */
  subscribe: { method: 'POST', path: 'activity/subscriptions', by: 'user' },
  webhooks: { method: 'GET', path: 'webhooks', by: 'app' },
  addWebhook: { method: 'POST', path: 'webhooks', by: 'app' },
  /** Asks X to send its challenge again. */
  validateWebhook: { method: 'PUT', path: 'webhooks/:id', by: 'app' },
} as const;

export type EndpointName = keyof typeof endpoints;

/** Who asks: the account that answers citizens, or the app. */
export type Caller = 'user' | 'app';

export interface ApiRequest {
  /** For `:id` in the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}
