import { serve } from '../worker.js';
import { type SmppSession, smpp } from './smppLibrary.js';

/** The codec's own limit: an ESME on `smpp` that acknowledges and stores nothing, with or without a reply to each. */
export type BareClientCommands = {
  bind(argument: { ports: readonly number[]; reply: boolean }): Promise<void>;
};

const replyText =
  'Terima kasih. Laporan Anda kami terima dengan nomor #1234567. Balas STATUS 1234567 untuk perkembangan.';

function bindOne(port: number, reply: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const session = smpp.connect({ host: '127.0.0.1', port });
    session.on('error', reject);
    session.on('connect', () => {
      session.socket.setNoDelay(true);
      acknowledge(session, reply);
      session.bind_transceiver({ system_id: 'bench', password: 'bench' }, ({ command_status: status }) => {
        if (status === 0) resolve();
        else reject(new Error(`The bind on port ${port} was refused with status ${status}`));
      });
    });
  });
}

function acknowledge(session: SmppSession, reply: boolean): void {
  session.on('deliver_sm', (pdu) => {
    session.send(pdu.response());
    if (!reply) return;
    session.submit_sm({
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      short_message: replyText,
    });
  });
}

serve<BareClientCommands>({
  bind: async ({ ports, reply }) => {
    await Promise.all(ports.map((port) => bindOne(port, reply)));
  },
});
