import { twilioAdapter } from '../../../../adapters/channels/twilio/index.js';
import type { ChannelContext, Inbox } from '../../../../src/ports/channel.js';
import { type ChannelRig, describeChannelConformance, type Treatment } from '../../../conformance/channel.js';
import { verdictOf, WebhookPeer } from '../webhookPeer.js';
import { authToken, block, configOf, incoming, publicUrl, sidOf, signed } from './account.js';
import { FakeTwilio, type Told } from './fakeTwilio.js';

const answers: Readonly<Record<Treatment, (number: number) => Told | null>> = {
  accept: (number) => ({ status: 201, json: { sid: sidOf('SM', 900 + number), status: 'queued' } }),
  throttle: () => ({ status: 429, json: { code: 20429, status: 429 } }),
  refuse: () => ({ status: 400, json: { code: 21614, status: 400 } }),
  vanish_after_taking: () => null,
};

async function start(context: ChannelContext, inbox: Inbox): Promise<ChannelRig> {
  const twilio = await FakeTwilio.listen();
  twilio.answer = () => answers.accept(twilio.asked.length);
  const channel = twilioAdapter.create(configOf({ apiUrl: twilio.url }), { ...context, webhookUrl: publicUrl });
  const peer = await WebhookPeer.serve(channel, inbox);
  let number = 0;
  const texts = async (changes: Readonly<Record<string, string>>, without: readonly string[] = []) => {
    number += 1;
    const params = { ...incoming({ MessageSid: sidOf('SM', number) }), ...changes };
    const left = Object.fromEntries(Object.entries(params).filter(([name]) => !without.includes(name)));
    return verdictOf(await peer.ask(signed(left)));
  };
  return {
    channel,
    ready: () => peer.roundTrip(),
    citizenSends: (text) => texts({ Body: text }),
    citizenSendsUnreadable: () => texts({}, ['Body']),
    roundTrip: () => peer.roundTrip(),
    peerWill: (treatment) => {
      twilio.answer = () => answers[treatment](twilio.asked.length);
    },
    repliesTaken: () => twilio.sent,
    peerReports: (externalId, state) => texts({ MessageSid: externalId, MessageStatus: state, SmsStatus: state }),
    peerGoesAway: () => twilio.close(),
    healthChange: () => new Promise((resolve) => setImmediate(resolve)),
    close: async () => {
      await peer.close();
      await twilio.close();
    },
  };
}

describeChannelConformance('twilio', {
  adapter: twilioAdapter,
  sender: '15557654321',
  validConfig: block,
  secrets: [authToken],
  badConfig: {
    raw: { accountSid: 'AC1', authToken: '', adress: '+1', apiUrl: 'x', reconcileMinutes: -1, mediaHosts: 'cdn' },
    keys: ['accountSid', 'authToken', 'adress', 'address', 'apiUrl', 'reconcileMinutes', 'mediaHosts'],
  },
  capabilities: {
    receipts: true,
    uncertain: true,
    links: { leftOut: 'HTTP has no standing link: whether the API is there shows with the next reply' },
  },
  start,
});
