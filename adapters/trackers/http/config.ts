import * as z from 'zod';

/** Octets below which Standard Webhooks calls a secret too weak (spec, "Signature scheme": 24 to 64). */
const secretMinOctets = 24;

const webhookSecretPattern = /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What an `Authorization: Bearer` header can carry (RFC 6750 §2.1). */
const tokenPattern = /^[A-Za-z0-9._~+/-]+=*$/;

const urlSchema = z
  .url({ protocol: /^https?$/, error: 'expected the tracker API’s base, such as https://tracker.example.go.id/api/v1' })
  .refine((url) => {
    const { username, password } = parsed(url);
    return username === '' && password === '';
  }, 'expected no user or password in the URL: they would end in logs; use `token`')
  .refine((url) => {
    const { search, hash } = parsed(url);
    return search === '' && hash === '';
  }, 'expected no ?query and no #fragment: paths such as /reports are appended to it');

/** The `tracker:` block for `adapter: http`, without `adapter`. */
export const configSchema = z.strictObject({
  url: urlSchema,
  token: z
    .string()
    .regex(tokenPattern, 'expected a bearer token: letters, digits and - . _ ~ + / only, no spaces or line ends')
    .optional(),
  webhookSecret: z
    .string()
    .regex(webhookSecretPattern, 'expected whsec_ followed by base64, as in Standard Webhooks')
    .optional(),
  poll: z.strictObject({ everySeconds: z.number().min(1).max(86_400) }).optional(),
  /** For one attempt as a whole: queue, connection, request and answer. */
  timeoutSeconds: z.number().min(0.1).max(300).default(15),
  connections: z.int().min(1).max(256).default(8),
  /** Requests under way on one connection. 1 for a tracker behind a proxy that mishandles pipelining. */
  pipelining: z.int().min(1).max(64).default(8),
});

export type HttpTrackerConfig = z.infer<typeof configSchema>;

/** The secret is also listed without its prefix, for libraries that print only the key. */
export function secretsOf(config: HttpTrackerConfig): string[] {
  const { token, webhookSecret } = config;
  return [
    ...(token === undefined ? [] : [token]),
    ...(webhookSecret === undefined ? [] : [webhookSecret, keyOf(webhookSecret)]),
  ];
}

/** What works but should not stay so; each fit for a log. */
export function warningsOf(config: HttpTrackerConfig): string[] {
  const { protocol, hostname } = new URL(config.url);
  const warnings: string[] = [];
  if (protocol === 'http:' && !isLoopback(hostname)) {
    warnings.push('tracker.url is http:// to another host: reports travel in the clear; use https://');
  }
  if (
    config.webhookSecret !== undefined &&
    Buffer.from(keyOf(config.webhookSecret), 'base64').length < secretMinOctets
  ) {
    warnings.push(`tracker.webhookSecret is shorter than the ${secretMinOctets} octets Standard Webhooks asks for`);
  }
  if (config.webhookSecret === undefined && config.poll === undefined) {
    warnings.push('neither tracker.webhookSecret nor tracker.poll is set: no status change can come in');
  }
  return warnings;
}

function keyOf(webhookSecret: string): string {
  return webhookSecret.slice('whsec_'.length);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/** zod goes on to the next check after a bad URL, so that one must not throw. */
function parsed(url: string): Pick<URL, 'username' | 'password' | 'search' | 'hash'> {
  return URL.canParse(url) ? new URL(url) : { username: '', password: '', search: '', hash: '' };
}
