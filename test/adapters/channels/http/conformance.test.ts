import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import type { ChannelContext, Inbox } from '../../../../src/ports/channel.js';
import { type ChannelRig, describeChannelConformance, type Treatment } from '../../../conformance/channel.js';
import { verdictOf, WebhookPeer } from '../webhookPeer.js';
import { Aggregator, type Told } from './aggregator.js';
import { blockOf, configOf } from './preset.js';

const sender = '6281234567890';
const own = {
  address: '1708',
  auth: { secret: { field: 'secret', value: 'rahasia17' } },
  username: 'lapor',
  password: 'sandi1708',
  outbound: { url: 'http://127.0.0.1:9/send' },
};

const answers: Readonly<Record<Treatment, Told | null>> = {
  accept: { status: 202, body: '0: Accepted for delivery' },
  throttle: { status: 503, body: 'Temporal failure, try again later.' },
  refuse: { status: 400, body: 'Rejected' },
  vanish_after_taking: null,
};

async function start(context: ChannelContext, inbox: Inbox): Promise<ChannelRig> {
  const aggregator = await Aggregator.listen();
  const channel = httpAdapter.create(
    configOf(blockOf('kannel', { ...own, outbound: { url: aggregator.url } })),
    context,
  );
  const peer = await WebhookPeer.serve(channel, inbox);
  let sent = 0;
  const sends = async (fields: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ secret: 'rahasia17', from: `+${sender}`, to: '1708', ...fields });
    return verdictOf(await peer.ask({ query: `?${query}` }));
  };
  const texts = (fields: Readonly<Record<string, string>>) => {
    sent += 1;
    return sends({ id: `mo-${sent}`, charset: 'UTF-8', ...fields });
  };
  return {
    channel,
    ready: () => peer.roundTrip(),
    citizenSends: (text) => texts({ text, coding: '0' }),
    citizenSendsUnreadable: () => texts({ text: '\u0001\u0002', coding: '1' }),
    roundTrip: () => peer.roundTrip(),
    peerWill: (treatment) => {
      aggregator.answer = () => answers[treatment];
    },
    repliesTaken: () => aggregator.taken.map(({ query }) => query.get('text') ?? ''),
    peerReports: (externalId, state) => sends({ receipt: externalId, status: state === 'delivered' ? '1' : '2' }),
    peerGoesAway: () => aggregator.close(),
    healthChange: () => new Promise((resolve) => setImmediate(resolve)),
    close: async () => {
      await peer.close();
      await aggregator.close();
    },
  };
}

describeChannelConformance('http', {
  adapter: httpAdapter,
  sender,
  validConfig: blockOf('kannel', own),
  secrets: ['rahasia17', 'sandi1708'],
  badConfig: {
    raw: blockOf('kannel', {
      address: 1708,
      auth: {},
      outbond: {},
      inbound: { fields: { from: [] }, charset: 'klingon' },
      outbound: { url: 'ftp://x', method: 'PUT', query: { a: '{nosuch}' }, success: { statuses: [99] } },
      receipts: { statuses: { '1': 'done' } },
    }),
    keys: [
      'address',
      'auth',
      'outbond',
      'inbound.fields.from',
      'inbound.charset',
      'outbound.url',
      'outbound.method',
      'outbound.query.a',
      'outbound.success.statuses.0',
      'receipts.statuses.1',
    ],
  },
  capabilities: {
    receipts: true,
    uncertain: true,
    links: { leftOut: 'HTTP has no standing link: whether the aggregator is there shows with the next reply' },
  },
  start,
});
