import { expect } from 'chai';
import { type LibraryPdu, statusOf } from '../../../../scripts/simulators/smsc/library.js';
import { within } from './esme.js';
import { Line } from './line.js';

describe('simulated SMSC: binds', () => {
  const line = new Line();

  afterEach(() => line.close());

  const cases = [
    { label: 'wrong system id', bind: { systemId: 'other' }, status: 'ESME_RINVSYSID' },
    { label: 'wrong password', bind: { password: 'other' }, status: 'ESME_RINVPASWD' },
    { label: 'right credentials', bind: {}, status: 'ESME_ROK' },
    { label: 'as receiver', bind: { mode: 'receiver' }, status: 'ESME_ROK' },
    { label: 'as transmitter', bind: { mode: 'transmitter' }, status: 'ESME_ROK' },
    { label: 'refused by switch', bind: {}, switches: { refuseBinds: 'ESME_RBINDFAIL' }, status: 'ESME_RBINDFAIL' },
  ];
  for (const { label, bind, switches, status } of cases) {
    it(`${label}: ${status}`, async () => {
      await line.start();
      line.set(switches ?? {});
      const esme = await line.connected();
      expect((await esme.bind(bind)).command_status).to.equal(statusOf(status));
      expect(line.smsc.telco('telkomsel').bindings).to.have.length(status === 'ESME_ROK' ? 1 : 0);
    });
  }

  it('refuses one bind too many, and a second bind on one link', async () => {
    await line.start({ telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'secret', maxBinds: 2 }] });
    const first = await line.bound();
    expect((await first.bind()).command_status).to.equal(statusOf('ESME_RALYBND'));
    await line.bound();
    const third = await line.connected();
    expect((await third.bind()).command_status).to.equal(statusOf('ESME_RALYBND'));
  });

  it('refuses a submit_sm before the bind, and on a receiver', async () => {
    await line.start();
    const stranger = await line.connected();
    expect((await stranger.submit('x')).command_status).to.equal(statusOf('ESME_RINVBNDSTS'));
    const receiver = await line.bound(undefined, 'receiver');
    expect((await receiver.submit('x')).command_status).to.equal(statusOf('ESME_RINVBNDSTS'));
  });

  it('answers enquire_link and unbind, and an unknown command with generic_nack', async () => {
    await line.start();
    const esme = await line.bound();
    expect((await esme.request('enquire_link')).command).to.equal('enquire_link_resp');
    const nack = await esme.request('query_sm', { message_id: '1', source_addr: '1708' });
    expect([nack.command, nack.command_status]).to.deep.equal(['generic_nack', statusOf('ESME_RINVCMDID')]);
    expect((await esme.request('unbind')).command).to.equal('unbind_resp');
    await within('the close', esme.closed);
    expect(await line.smsc.bound('telkomsel', 0)).to.equal(true);
  });

  it('answers a command_length that cannot be with generic_nack, closes, and serves others on', async () => {
    await line.start();
    const esme = await line.connected();
    const nack = new Promise<LibraryPdu>((resolve) => {
      esme.session.on('generic_nack', resolve);
    });
    esme.session.socket.write(Buffer.from([0, 0, 0, 8, 0, 0, 0, 4]));
    expect((await within('generic_nack', nack)).command_status).to.equal(statusOf('ESME_RINVCMDLEN'));
    await within('the close', esme.closed);
    await line.bound();
  });
});
