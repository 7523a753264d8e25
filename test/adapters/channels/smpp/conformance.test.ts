import { smppAdapter } from '../../../../adapters/channels/smpp/index.js';
import type { ChannelContext } from '../../../../src/ports/channel.js';
import {
  type ChannelRig,
  describeChannelConformance,
  type Treatment,
  type Verdict,
} from '../../../conformance/channel.js';
import { deliverSm, Peer, type PeerLink, type ReceivedPdu } from './peer.js';

const sender = '6281234567890';
const status = { throttled: 0x58, invalidDestination: 0x0b } as const;

const block = {
  host: '127.0.0.1',
  systemId: 'lapor',
  password: 'rahasia1',
  address: '1708',
  reconnectMinSeconds: 0.05,
  reconnectMaxSeconds: 0.05,
  responseTimeoutSeconds: 2,
};

async function start(context: ChannelContext): Promise<ChannelRig> {
  const peer = await Peer.listen();
  const parsed = smppAdapter.parseConfig({ ...block, port: peer.port });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const channel = smppAdapter.create(parsed.config, context);
  const replies: string[] = [];
  let treatment: Treatment = 'accept';
  peer.script.onSubmit = (submit, link) => {
    replies.push(textOf(submit));
    treat(treatment, submit, link);
  };
  const firstLink = peer.nextBound();
  const link = async () => peer.links.at(-1) ?? (await firstLink);
  const deliver = async (fields: Readonly<Record<string, unknown>>): Promise<Verdict> => {
    const response = await (await link()).ask('deliver_sm', fields);
    return response.status === 0x64 ? 'send_again' : 'acknowledged';
  };
  return {
    channel,
    ready: async () => {
      await (await firstLink).ask('enquire_link');
    },
    citizenSends: (text) => deliver(deliverSm(text)),
    citizenSendsUnreadable: () => deliver(deliverSm(Buffer.from([1, 2, 3]), { data_coding: 4 })),
    roundTrip: async () => {
      await (await link()).ask('enquire_link');
    },
    peerWill: (next) => {
      treatment = next;
    },
    repliesTaken: () => replies,
    peerReports: (externalId, state) => {
      const stat = state === 'delivered' ? 'DELIVRD' : 'UNDELIV';
      return deliver(deliverSm(`id:${externalId} stat:${stat} err:000`, { esm_class: 4 }));
    },
    peerGoesAway: async () => {
      await peer.close();
    },
    healthChange: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => peer.close(),
  };
}

function textOf({ pdu }: ReceivedPdu): string {
  return (pdu.short_message as { message: string }).message;
}

function treat(treatment: Treatment, submit: ReceivedPdu, link: PeerLink): void {
  if (treatment === 'accept') link.respond(submit, { message_id: `00AB${submit.sequence}` });
  else if (treatment === 'throttle') link.respond(submit, { command_status: status.throttled });
  else if (treatment === 'refuse') link.respond(submit, { command_status: status.invalidDestination });
  else link.socket.destroy();
}

describeChannelConformance('smpp', {
  adapter: smppAdapter,
  sender,
  validConfig: block,
  secrets: ['rahasia1'],
  badConfig: {
    raw: { hosts: 'a', port: 'x', systemId: '', password: 7, window: 0, bind: 'both', address: 1708, wndow: 3 },
    keys: ['hosts', 'port', 'systemId', 'password', 'window', 'bind', 'address', 'wndow'],
  },
  capabilities: { receipts: true, uncertain: true, links: true },
  start,
});
