import * as z from 'zod';
import { wordings } from './api/fields.js';
import { type Prices, spendings } from './budget.js';

/** X's access levels, cheapest first. Government use needs `enterprise`. */
export const tiers = ['pay-per-use', 'basic', 'pro', 'enterprise'] as const;
export const receiveModes = ['poll', 'stream', 'webhook'] as const;
export const replyModes = ['acknowledge-only', 'all'] as const;

const secret = (what: string) => z.string(`give ${what}`).min(1, `give ${what}`).optional();

const usd = z.number('expected an amount in US dollars').nonnegative('must not be negative');
const cap = usd.positive('must be over 0; leave it out for no cap').nullable().default(null);

/** https://docs.x.com/x-api/getting-started/pricing, as of August 2026. */
export const usualPrices: Prices = {
  ownedRead: 0.001,
  read: 0.005,
  dmRead: 0.01,
  post: 0.01,
  postWithUrl: 0.2,
  dm: 0.015,
};

const pricesSchema = z
  .strictObject(
    Object.fromEntries(spendings.map((kind) => [kind, usd.default(usualPrices[kind])])) as Record<
      keyof Prices,
      z.ZodDefault<typeof usd>
    >,
  )
  .prefault({});

const budgetSchema = z
  .strictObject({
    perDayUsd: cap.describe('Reading slows down before it is reached, and stops then; replies never do.'),
    perMonthUsd: cap,
    readsPerMonth: z.int().positive('must be over 0; leave it out for no cap').nullable().default(null),
    slowFrom: z
      .number()
      .min(0.1)
      .max(0.99)
      .default(0.8)
      .describe('The share of a cap from which on reading is slower.'),
    prices: pricesSchema,
  })
  .prefault({});

const blockSchema = z.strictObject({
  handle: z
    .string('give the account that citizens write to, such as lapor1708')
    .regex(/^@?[A-Za-z0-9_]{1,15}$/, 'expected a handle such as lapor1708: 1 to 15 letters, digits or underscores')
    .transform((handle) => handle.replace(/^@/, '')),
  hashtags: z
    .array(z.string().regex(/^#?[\p{L}\p{N}_]{1,50}$/u, 'expected a hashtag such as Lapor1708'))
    .max(10)
    .default(['lapor1708'])
    .transform((tags) => tags.map((tag) => tag.replace(/^#/, ''))),
  apiUrl: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as https://api.x.com' })
    .default('https://api.x.com'),
  wording: z.enum(wordings).default('tweet'),
  tier: z.enum(tiers).default('pay-per-use'),
  replies: z.enum(replyModes).optional(),
  keepLinks: z.boolean().default(false),
  consumerKey: secret("the app's API key"),
  consumerSecret: secret("the app's API key secret"),
  accessToken: secret("the account's access token"),
  accessTokenSecret: secret("the account's access token secret"),
  clientId: secret("the app's OAuth 2 client id"),
  clientSecret: secret("the app's OAuth 2 client secret"),
  refreshToken: secret("the account's OAuth 2 refresh token"),
  tokenFile: z.string('give a file that only the gateway may read').min(1).optional(),
  bearerToken: secret("the app's bearer token"),
  receive: z.enum(receiveModes).default('poll'),
  pollSeconds: z.number().min(0.01).max(3_600).default(5),
  safetyNetSeconds: z.number().min(1).max(3_600).default(300),
  searchSeconds: z.number().min(0.01).max(86_400).default(60),
  overlapMinutes: z.number().min(10, 'must be at least 10: posts come late into the index of X').max(1_440).default(10),
  directMessages: z.boolean().default(true),
  directMessageSeconds: z.number().min(0.01).max(86_400).default(90),
  recheckDays: z.int().min(0).max(30).default(1),
  requestTimeoutSeconds: z.number().min(0.1).max(120).default(10),
  repliesPerAuthorPerDay: z.int().min(1).max(1_000).default(30),
  repliesPerConversationPerDay: z.int().min(1).max(1_000).default(10),
  budget: budgetSchema,
});

type Block = z.output<typeof blockSchema>;

export interface TwitterConfig extends Omit<Block, 'replies'> {
  readonly replies: (typeof replyModes)[number];
}

const oauth1Keys = ['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'] as const;
const oauth2Keys = ['clientId', 'refreshToken', 'tokenFile'] as const;

export const twitterConfigSchema = blockSchema
  .check((context) => {
    const given = context.value;
    for (const [key, message] of faultsBetween(given)) {
      context.issues.push({ code: 'custom', path: [key], message, input: undefined });
    }
  })
  .transform((block): TwitterConfig => ({ ...block, replies: block.replies ?? usualReplies(block.tier) }));

/** X allows one automated answer to whoever calls us; more needs its agreement, which comes with Enterprise. */
function usualReplies(tier: Block['tier']): TwitterConfig['replies'] {
  return tier === 'enterprise' ? 'all' : 'acknowledge-only';
}

function* faultsBetween(given: Block): Generator<readonly [keyof Block, string]> {
  const uses = (keys: readonly (keyof Block)[]) => keys.some((key) => given[key] !== undefined);
  const isOAuth2 = uses(oauth2Keys);
  const isOAuth1 = uses(['accessToken', 'accessTokenSecret']);
  if (isOAuth1 && isOAuth2) {
    yield ['refreshToken', 'the account is given by OAuth 1.0a (accessToken) and by OAuth 2 (refreshToken): keep one'];
  }
  const needed = isOAuth2 ? oauth2Keys : oauth1Keys;
  for (const key of needed) {
    if (given[key] === undefined)
      yield [key, `missing; ${isOAuth2 ? 'OAuth 2' : 'OAuth 1.0a'} needs ${needed.join(', ')}`];
  }
  if (given.receive === 'stream' && given.bearerToken === undefined) {
    yield ['bearerToken', 'missing; streams of X are opened with the bearer token of the app'];
  }
  if (given.receive === 'webhook' && given.consumerSecret === undefined && given.clientSecret === undefined) {
    yield ['consumerSecret', 'missing; webhooks of X are signed with it'];
  }
}
