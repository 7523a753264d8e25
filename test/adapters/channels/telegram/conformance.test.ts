import { setImmediate as nextTurn } from 'node:timers/promises';
import { telegramAdapter } from '../../../../adapters/channels/telegram/index.js';
import {
  type RunningTelegram,
  startTelegramSimulator,
  type Treatment,
} from '../../../../scripts/simulators/telegram/index.js';
import type { Channel, ChannelContext, Inbox } from '../../../../src/ports/channel.js';
import {
  type ChannelRig,
  describeChannelConformance,
  type Verdict,
  type Treatment as Wanted,
} from '../../../conformance/channel.js';
import { verdictOf, WebhookPeer } from '../webhookPeer.js';
import { block, citizen, configOf, token, webhookSecret } from './bot.js';

const treatments: Readonly<Record<Wanted, Treatment>> = {
  accept: 'accept',
  throttle: 'throttle',
  refuse: 'refuse',
  vanish_after_taking: 'vanish',
};

const patienceMs = 10_000;

/** What both ways have in common. */
function rigOf(telegram: RunningTelegram, channel: Channel, deliver: (update: number) => Promise<Verdict>) {
  const { simulator } = telegram;
  /** Refused before: Telegram sends the same update again, not another one. */
  let owed: { readonly update: number; readonly key: string } | null = null;
  const sends = async (content: object): Promise<Verdict> => {
    const key = JSON.stringify(content);
    const update = owed?.key === key ? owed.update : simulator.write(citizen, content);
    const verdict = await deliver(update);
    owed = verdict === 'send_again' ? { update, key } : null;
    return verdict;
  };
  return {
    channel,
    citizenSends: (text: string) => sends({ text }),
    citizenSendsUnreadable: () => sends({ sticker: { file_id: 'st-1' } }),
    peerWill: (wanted: Wanted) => {
      simulator.treatment = treatments[wanted];
    },
    repliesTaken: () => simulator.sent.map(({ text }) => text),
    peerReports: () => Promise.reject(new Error('Telegram tells nothing of what became of a message')),
    peerGoesAway: () => telegram.close(),
    healthChange: () => nextTurn(),
  };
}

async function startPolling(context: ChannelContext, inbox: Inbox): Promise<ChannelRig> {
  const telegram = await startTelegramSimulator(token);
  const { simulator } = telegram;
  const config = configOf({ apiUrl: `http://127.0.0.1:${telegram.port}`, retrySeconds: 0.02 });
  const channel = telegramAdapter.create(config, context);
  const deliver = async (update: number): Promise<Verdict> => {
    const mostHanded = simulator.standing(update).handed + 2;
    for (;;) {
      if (Number((await inbox.cursor('offset')) ?? 0) > update) return 'acknowledged';
      if (simulator.standing(update).handed >= mostHanded) return 'send_again';
      await nextTurn();
    }
  };
  const noWebhook = () => (simulator.webhook === null ? true : undefined);
  return {
    ...rigOf(telegram, channel, deliver),
    ready: async () => {
      await simulator.changes.until(noWebhook, patienceMs);
    },
    roundTrip: () => nextTurn(),
    close: () => telegram.close(),
  };
}

async function startWebhook(context: ChannelContext, inbox: Inbox): Promise<ChannelRig> {
  const telegram = await startTelegramSimulator(token);
  const { simulator } = telegram;
  let channel: Channel | null = null;
  const peer = await WebhookPeer.serve(
    { handleWebhook: async (request, given) => (await channel?.handleWebhook?.(request, given)) ?? { status: 405 } },
    inbox,
  );
  const config = configOf({ apiUrl: `http://127.0.0.1:${telegram.port}`, receive: 'webhook', webhookSecret });
  channel = telegramAdapter.create(config, { ...context, webhookUrl: peer.url });
  const deliver = async (): Promise<Verdict> => verdictOf({ status: (await simulator.push()) ?? 0 });
  return {
    ...rigOf(telegram, channel, deliver),
    ready: async () => {
      await simulator.changes.until(() => simulator.webhook ?? undefined, patienceMs);
    },
    roundTrip: () => peer.roundTrip(),
    close: async () => {
      await peer.close();
      await telegram.close();
    },
  };
}

const common = {
  adapter: telegramAdapter,
  sender: String(citizen),
  badConfig: {
    raw: { address: 'lapor1708', token: 'rahasia', receive: 'post', pollSeconds: 90, apiUrl: 'x', tokn: 1 },
    keys: ['address', 'token', 'receive', 'pollSeconds', 'apiUrl', 'tokn'],
  },
};
const receipts = { leftOut: 'the Bot API tells nothing of what became of a message' };

describeChannelConformance('telegram, long polling', {
  ...common,
  validConfig: block,
  secrets: [token],
  capabilities: { receipts, uncertain: true, links: true },
  start: startPolling,
});

describeChannelConformance('telegram, webhook', {
  ...common,
  validConfig: { ...block, receive: 'webhook', webhookSecret },
  secrets: [token, webhookSecret],
  capabilities: {
    receipts,
    uncertain: true,
    links: { leftOut: 'a webhook has no standing link: whether Telegram is there shows with the next reply' },
  },
  start: startWebhook,
});
