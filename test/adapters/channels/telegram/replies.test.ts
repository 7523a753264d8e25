import { expect } from 'chai';
import nock from 'nock';
import { telegramAdapter } from '../../../../adapters/channels/telegram/index.js';
import { referenceOf } from '../../../../adapters/channels/telegram/message.js';
import { type RunningTelegram, startTelegramSimulator } from '../../../../scripts/simulators/telegram/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel, OutboundReply, Outcome } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { citizen, configOf, token, webhookSecret } from './bot.js';

const reply: OutboundReply = {
  id: '0193c0de-0000-7000-8000-000000000001',
  to: String(citizen),
  text: 'Laporan Anda kami terima.',
  kind: 'acknowledgement',
  inReplyTo: null,
};

const within = (channel: Channel, given: Partial<OutboundReply> = {}): Promise<Outcome> =>
  channel.send({ ...reply, ...given }, steadyNowMs() + 5_000);

describe('telegram channel: replies', () => {
  describe('to the simulated Bot API', () => {
    let telegram: RunningTelegram;
    let channel: Channel;
    let stop: AbortController;
    let stopped: Promise<void>;

    beforeEach(async () => {
      telegram = await startTelegramSimulator(token);
      const config = configOf({ apiUrl: `http://127.0.0.1:${telegram.port}` });
      channel = telegramAdapter.create(config, { id: 'tested', webhookUrl: null, ...observers([]) });
      stop = new AbortController();
      stopped = channel.run(new ScriptedInbox(), stop.signal);
    });

    afterEach(async () => {
      stop.abort();
      await stopped;
      await telegram.close();
    });

    it('answer the message that they are about', async () => {
      const outcome = await within(channel, { inReplyTo: referenceOf(citizen, 7, configOf()) });
      expect(outcome).to.deep.equal({ kind: 'accepted', externalIds: [referenceOf(citizen, 1, configOf())] });
      expect(telegram.simulator.sent[0]).to.include({ chatId: String(citizen), text: reply.text, answers: 7 });
    });

    it('answer no message of another chat', async () => {
      await within(channel, { inReplyTo: referenceOf(1, 7, configOf()) });
      expect(telegram.simulator.sent[0]?.answers).to.equal(null);
    });

    it('go out in pieces where they are long, each with its name', async () => {
      const outcome = await within(channel, { text: 'kata '.repeat(1_000) });
      expect(telegram.simulator.sent).to.have.length(2);
      expect(outcome).to.have.property('externalIds').that.has.length(2);
    });

    it('are uncertain when only the first piece was taken', async () => {
      const { simulator } = telegram;
      const refuseNext = simulator.changes.until(() => (simulator.sent.length === 1 ? true : undefined), 5_000);
      const sending = within(channel, { text: 'kata '.repeat(1_000) });
      await refuseNext;
      simulator.treatment = 'refuse';
      const outcome = await sending;
      expect(outcome).to.have.property('kind', 'uncertain');
      expect(outcome).to.have.property('externalIds').that.has.length(1);
    });
  });

  const path = `/bot${token}/sendMessage`;
  const answers: readonly { label: string; status: number; json: object; outcome: Outcome }[] = [
    {
      label: 'the person blocked the bot',
      status: 403,
      json: { ok: false },
      outcome: { kind: 'withheld', code: 'blocked', cause: 'answered 403' },
    },
    {
      label: 'no such chat',
      status: 400,
      json: { ok: false },
      outcome: { kind: 'rejected', code: 'telegram_400', cause: 'answered 400' },
    },
    {
      label: 'too many messages',
      status: 429,
      json: { ok: false, parameters: { retry_after: 5 } },
      outcome: { kind: 'unsent', cause: 'answered 429', retryAfterMs: 5_000 },
    },
    { label: 'a wrong token', status: 401, json: { ok: false }, outcome: { kind: 'unsent', cause: 'answered 401' } },
    { label: 'a failure', status: 500, json: {}, outcome: { kind: 'unsent', cause: 'answered 500' } },
    { label: 'a proxy that gave up', status: 504, json: {}, outcome: { kind: 'uncertain', cause: 'answered 504' } },
  ];
  for (const { label, status, json, outcome } of answers) {
    it(`are ${outcome.kind}: ${label}`, async () => {
      const api = 'https://api.telegram.org';
      nock(api).post(`/bot${token}/setWebhook`).reply(200, { ok: true, result: true });
      nock(api).post(path).reply(status, json);
      const stop = new AbortController();
      const context = { id: 'tested', webhookUrl: 'https://gateway.example.go.id/webhooks/tested', ...observers([]) };
      const channel = telegramAdapter.create(configOf({ receive: 'webhook', webhookSecret }), context);
      const stopped = channel.run(new ScriptedInbox(), stop.signal);
      expect(await within(channel)).to.deep.equal(outcome);
      stop.abort();
      await stopped;
      nock.cleanAll();
    });
  }
});
