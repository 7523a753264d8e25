import { expect } from 'chai';
import fc from 'fast-check';
import { httpAdapter } from '../../../adapters/channels/http/index.js';
import { telegramAdapter } from '../../../adapters/channels/telegram/index.js';
import { twilioAdapter } from '../../../adapters/channels/twilio/index.js';
import type { Channel, ChannelContext } from '../../../src/ports/channel.js';
import type { WebhookRequest } from '../../../src/ports/webhook.js';
import { observers, ScriptedInbox } from '../../conformance/channel.js';
import { blockOf, configOf as httpConfigOf } from './http/preset.js';
import { configOf as telegramConfigOf, webhookSecret } from './telegram/bot.js';
import { publicUrl, signed, configOf as twilioConfigOf } from './twilio/account.js';

const context: ChannelContext = { id: 'tested', webhookUrl: publicUrl, ...observers([]) };
const aggregator = { address: '1708', auth: 'none', outbound: { url: 'http://127.0.0.1:9/' } };

/** Whatever a peer, or somebody else, may send: the bodies are valid in form as often as not. */
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((octets) => Buffer.from(octets)),
  fc.json().map((json) => Buffer.from(json)),
  fc.webQueryParameters().map((form) => Buffer.from(form)),
);
const types = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=UTF-8',
  'text/plain; charset="UTF-16BE"',
  'text/xml',
  '',
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  query: fc.oneof(fc.constant(''), fc.webQueryParameters(), fc.string()),
  type: types,
  body: bodies,
});

interface Fuzzed {
  readonly label: string;
  readonly channel: () => Channel;
  /** What lets a request past the door, so that what is behind it is fuzzed. */
  readonly credentials: (request: {
    readonly body: Buffer;
    readonly query: string;
  }) => Readonly<Record<string, string>>;
}

const channels: readonly Fuzzed[] = [
  ...(['kannel', 'telco-callback'] as const).map((preset) => ({
    label: `http, ${preset}`,
    channel: () =>
      httpAdapter.create(
        httpConfigOf(
          blockOf(preset, {
            ...aggregator,
            auth: { addresses: ['127.0.0.1'], secret: { header: 'x-secret', value: 'rahasia17' } },
            username: 'a',
            password: 'b',
          }),
        ),
        context,
      ),
    credentials: () => ({ 'x-secret': 'rahasia17' }),
  })),
  {
    label: 'twilio',
    channel: () => twilioAdapter.create(twilioConfigOf(), context),
    credentials: ({ body }) => {
      const params = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
      return { ...signed(params).headers };
    },
  },
  {
    label: 'telegram',
    channel: () => telegramAdapter.create(telegramConfigOf({ receive: 'webhook', webhookSecret }), context),
    credentials: () => ({ 'x-telegram-bot-api-secret-token': webhookSecret }),
  },
];

const expectedStatuses: ReadonlySet<number> = new Set([200, 400, 401, 405, 415]);

describe('webhooks with whatever body', () => {
  for (const { label, channel: open, credentials } of channels) {
    it(`are answered by ${label}, and never throw`, async () => {
      const channel = open();
      const inbox = new ScriptedInbox();
      await fc.assert(
        fc.asyncProperty(requests, async ({ method, query, type, body }) => {
          const request: WebhookRequest = {
            method,
            url: `/webhooks/tested${query === '' ? '' : `?${query}`}`,
            query: new URLSearchParams(query),
            headers: { 'content-type': type, ...credentials({ body, query }) },
            body,
            remoteAddress: '127.0.0.1',
          };
          const answer = await channel.handleWebhook?.(request, inbox);
          expect(expectedStatuses).to.include(answer?.status);
        }),
        { numRuns: 300 },
      );
      for (const part of inbox.committed) expect(part.raw).to.be.instanceOf(Buffer);
    });
  }
});
