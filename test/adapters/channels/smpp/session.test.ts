import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import { stopLimitMs } from '../../../../src/ports/channel.js';
import { deliverSm, encode, type Peer, type PeerLink } from './peer.js';
import { parse, type Rig, startRig } from './rig.js';

describe('SMPP: the link', () => {
  let rig: Rig;
  afterEach(() => rig.stop());

  it('binds with what the config says', async () => {
    rig = await startRig({ systemType: 'VMA', addressRange: '1708' });
    const link = await rig.peer.nextBound();
    const { pdu } = await link.receives('bind_transceiver');
    expect(pdu).to.include({
      system_id: 'lapor',
      password: 'rahasia1',
      system_type: 'VMA',
      interface_version: 0x34,
      addr_ton: 3,
      addr_npi: 0,
      address_range: '1708',
    });
  });

  it('is up when every session is bound, degraded when some are, down when none is', async () => {
    let binds = 0;
    rig = await startRig({ sessions: 2, reconnectMinSeconds: 30, reconnectMaxSeconds: 30 });
    expect(rig.channel.health().state).to.equal('down');
    const both = Promise.all([rig.peer.nextLink(), nextButOne(rig.peer)]);
    for (const link of await both) await link.bound.then(() => link.ask('enquire_link')).then(() => (binds += 1));
    expect(binds).to.equal(2);
    expect(rig.channel.health().state).to.equal('up');
    expect(rig.channel.health().links.map(({ state, detail }) => [state, detail])).to.deep.equal([
      ['bound', ''],
      ['bound', ''],
    ]);
    for (const state of ['degraded', 'down']) {
      const link = rig.peer.links[state === 'degraded' ? 0 : 1];
      link?.socket.destroy();
      while (rig.channel.health().state !== state) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rig.channel.health().links[0]?.detail).to.match(
      /^link lost: the peer closed the connection; next attempt in/,
    );
  });

  it('shares replies among its sessions', async () => {
    rig = await startRig({ sessions: 2, window: 1 });
    const links = await Promise.all([rig.peer.nextLink(), nextButOne(rig.peer)]);
    for (const link of links) await link.bound.then(() => link.ask('enquire_link'));
    rig.peer.script.onSubmit = () => undefined;
    const outcomes = [rig.send(), rig.send()];
    for (const link of links) link.respond(await link.receives('submit_sm'), { message_id: '1' });
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).to.deep.equal(['accepted', 'accepted']);
    for (const session of ['transceiver 1', 'transceiver 2']) {
      expect(rig.observed).to.include(`submit {"session":"${session}","status":"ESME_ROK"}`);
    }
  });

  it('binds a receiver and a transmitter where the SMSC wants them apart', async () => {
    rig = await startRig({ bind: 'separate' });
    const links = await Promise.all([rig.peer.nextLink(), nextButOne(rig.peer)]);
    for (const link of links) await link.bound.then(() => link.ask('enquire_link'));
    const receiver = links.find((link) => link.count('bind_receiver') === 1);
    const transmitter = links.find((link) => link.count('bind_transmitter') === 1);
    expect(rig.channel.health().state).to.equal('up');
    expect((await receiver?.ask('deliver_sm', deliverSm('Satu')))?.status).to.equal(0);
    await Promise.all([rig.send(), rig.send(), rig.send()]);
    expect([receiver?.count('submit_sm'), transmitter?.count('submit_sm')]).to.deep.equal([0, 3]);
  });

  it('goes to the next host when one does not answer', async () => {
    rig = await startRig({ host: undefined, hosts: ['127.0.0.254', '127.0.0.1'] });
    await rig.peer.nextBound();
    expect(rig.observed.join('\n')).to.match(/could not bind .*127\.0\.0\.254.*ECONNREFUSED/);
  });

  it('gives up a silent peer, and comes back', async () => {
    rig = await startRig({ enquireLinkSeconds: 0.05, responseTimeoutSeconds: 0.1 }, ({ script }) => {
      script.answersEnquireLink = false;
    });
    const silent = await rig.peer.nextBound();
    const next = rig.peer.nextBound();
    await silent.closed;
    expect(silent.count('enquire_link')).to.be.at.least(1);
    await next;
    expect(rig.observed.join('\n')).to.include('silent: no answer to enquire_link within 100 ms');
  });

  it('stays with a peer that answers', async () => {
    rig = await startRig({ enquireLinkSeconds: 0.02, responseTimeoutSeconds: 0.2 });
    const link = await rig.peer.nextBound();
    await link.receives('enquire_link', () => link.count('enquire_link') === 15);
    expect(rig.peer.links).to.have.length(1);
  });

  const silences = [
    { label: 'a bind that nobody answers', changes: { responseTimeoutSeconds: 0.2 }, leastMs: 200 },
    {
      label: 'an enquire_link that nobody answers',
      changes: { enquireLinkSeconds: 0.1, responseTimeoutSeconds: 0.2 },
      leastMs: 300,
    },
  ];
  for (const { label, changes, leastMs } of silences) {
    it(`ends ${label} within its configured time, and not before`, async () => {
      rig = await startRig(changes, ({ script }) => {
        script.answersBind = 'enquireLinkSeconds' in changes;
        script.answersEnquireLink = false;
      });
      const link = await rig.peer.nextLink();
      const startedAtMs = Date.now();
      await link.closed;
      // Up to 10 ms early: the peer sees the connection a little after the gateway's clock starts.
      expect(Date.now() - startedAtMs).to.be.within(leastMs - 10, leastMs + 1_000);
    });
  }

  it('costs a quiet link one timer and nothing else, also after it was throttled', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    // Mocha starts its own only after the first await.
    await new Promise((resolve) => setImmediate(resolve));
    const before = timers();
    rig = await startRig({ responseTimeoutSeconds: 0.05 }, ({ script }) => {
      script.onSubmit = (submit, link) => link.respond(submit, { command_status: 0x58 });
    });
    const link = await rig.peer.nextBound();
    await rig.send('Satu', Date.now() + 100);
    const settling = rig.inbox.settling();
    await link.ask('deliver_sm', deliverSm('Satu'));
    await settling;
    // The one for enquire_link.
    await rig.healthIs(() => timers() - before === 1);
  }).timeout(15_000);

  it('gives up a bind that nobody answers', async () => {
    rig = await startRig({ responseTimeoutSeconds: 0.05 }, ({ script }) => {
      script.answersBind = false;
    });
    const link = await rig.peer.nextLink();
    await link.closed;
    await rig.peer.nextLink();
    expect(rig.observed.join('\n')).to.include('no answer to bind_transceiver');
  });

  const answers: readonly { label: string; tlvs: readonly (readonly [number, Buffer])[] }[] = [
    { label: 'sc_interface_version of SMPP 5.0', tlvs: [[0x0210, Buffer.from([0x50])]] },
    {
      label: 'the TLVs of SMPP 5.0',
      tlvs: [
        [0x0210, Buffer.from([0x50])],
        [0x0428, Buffer.from([30])],
        [0x0425, Buffer.from([0])],
        [0x1234, Buffer.from('of their own')],
      ],
    },
    { label: 'TLVs without a value', tlvs: [[0x0210, Buffer.alloc(0)]] },
  ];
  for (const { label, tlvs } of answers) {
    it(`takes answers with ${label}`, async () => {
      rig = await startRig({}, ({ script }) => {
        script.responseTlvs = tlvs;
      });
      const link = await rig.peer.nextBound();
      expect((await rig.send()).kind).to.equal('accepted');
      expect((await link.ask('deliver_sm', deliverSm('Satu'))).status).to.equal(0);
      expect(rig.observed.join('\n')).to.include(label.startsWith('TLVs') ? '"peerVersion":null' : '"peerVersion":80');
    });
  }

  it('takes an outbind before and after its own bind', async () => {
    rig = await startRig({}, ({ script }) => {
      script.answersBind = false;
    });
    const link = await rig.peer.nextLink();
    link.send('outbind', { system_id: 'smsc', password: 'x' });
    const bind = await link.receives('bind_transceiver');
    link.respond(bind);
    link.send('outbind', { system_id: 'smsc', password: 'x' });
    expect((await link.ask('deliver_sm', deliverSm('Satu'))).status).to.equal(0);
    expect(link.count('generic_nack')).to.equal(0);
  });

  it('shows each state as it goes through them', async () => {
    rig = await startRig(
      { reconnectMinSeconds: 30, reconnectMaxSeconds: 30, responseTimeoutSeconds: 5 },
      ({ script }) => {
        script.answersBind = false;
        script.answersUnbind = false;
      },
    );
    const state = (wanted: string) => rig.healthIs(({ links: [link] }) => link?.state === wanted);
    const link = await rig.peer.nextLink();
    await state('binding');
    link.respond(await link.receives('bind_transceiver'));
    await state('bound');
    rig.inbox.hold();
    link.send('deliver_sm', deliverSm('Satu'));
    await rig.inbox.arrival();
    link.send('unbind');
    await state('draining');
    rig.inbox.release();
    await state('backing_off');
  });

  it('gives the link its measures', async () => {
    rig = await startRig({}, ({ script }) => {
      script.onSubmit = () => undefined;
    });
    const link = await rig.peer.nextBound();
    rig.inbox.hold();
    link.send('deliver_sm', deliverSm('Satu'));
    link.send('deliver_sm', deliverSm('Dua'));
    const outcome = rig.send();
    await rig.healthIs(({ links: [only] }) => only?.gauges?.in_flight === 1 && only.gauges.unanswered === 2);
    rig.inbox.release();
    link.respond(await link.receives('submit_sm'), { message_id: '1' });
    await outcome;
    await rig.healthIs(({ links: [only] }) => only?.gauges?.in_flight === 0 && only.gauges.unanswered === 0);
  });

  it('gives up a peer that sends and does not read, and comes back', async () => {
    rig = await startRig({ responseTimeoutSeconds: 0.5 });
    const link = await rig.peer.nextBound();
    const next = rig.peer.nextBound();
    await rig.healthIs(({ state }) => state === 'up');
    link.socket.pause();
    // The kernel takes some megabytes of answers before any has to wait.
    const requests = Buffer.concat(Array(4_096).fill(encode('enquire_link', { sequence_number: 1 })));
    const writing = (async () => {
      while (!link.socket.destroyed) await new Promise((resolve) => link.socket.write(requests, resolve));
    })();
    await rig.healthIs(({ links: [health] }) => health?.state !== 'bound');
    link.socket.destroy();
    await writing;
    await next;
    expect(rig.observed.join('\n')).to.include('the peer has not read what it was sent for 500 ms');
  });

  it('leaves a peer that unbinds and reads nothing more, though there is something to tell it', async () => {
    const sockets: Socket[] = [];
    const keep = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', keep);
    rig = await startRig({ responseTimeoutSeconds: 0.3 });
    const link = await rig.peer.nextBound();
    unsubscribe('net.client.socket', keep);
    const [ours] = sockets;
    if (ours === undefined) throw new Error('the gateway opened no socket');
    const next = rig.peer.nextBound();
    link.socket.pause();
    // Until the kernel takes no more of the answers; far from where the gateway would stop reading.
    const requests = Buffer.concat(Array(4_096).fill(encode('enquire_link', { sequence_number: 1 })));
    while (ours.writableLength === 0) {
      await new Promise((resolve) => link.socket.write(requests, resolve));
      while (ours.bytesRead < link.socket.bytesWritten) await new Promise((resolve) => setImmediate(resolve));
    }
    link.send('unbind');
    await rig.healthIs(({ links: [health] }) => health?.detail.includes('the peer sent unbind') ?? false);
    await next;
    expect(ours.destroyed).to.equal(true);
  });

  it('counts a refusal by a code of the peer’s own as other', async () => {
    rig = await startRig({}, ({ script }) => {
      script.bindStatus = 0x40b;
    });
    await rig.healthIs(({ links: [link] }) => link?.detail.includes('0x0000040b') ?? false);
    expect(rig.observed).to.include('bind {"session":"transceiver 1","result":"other"}');
  });

  it('knocks with one of its sessions while the credentials are refused, and with all once they are taken', async () => {
    rig = await startRig({ sessions: 8, refusedRetrySeconds: 0.2 }, ({ script }) => {
      script.bindStatus = 0x0e;
    });
    await rig.peer.nextLink();
    await rig.peer.nextLink();
    const { links } = rig.channel.health();
    expect(rig.peer.links).to.have.length(2);
    expect(links.filter(({ detail }) => detail.includes('waits until the first session is bound'))).to.have.length(7);
    expect(links.filter(({ state }) => state === 'refused').length).to.be.at.least(7);
    rig.peer.script.bindStatus = 0;
    await rig.healthIs(({ state }) => state === 'up');
    expect(rig.peer.links.length).to.be.within(9, 11);
  });

  it('takes ESME_RBINDFAIL for a passing fault once the same credentials were accepted', async () => {
    rig = await startRig({ refusedRetrySeconds: 600 });
    const link = await rig.peer.nextBound();
    rig.peer.script.bindStatus = 0x0d;
    const refused = rig.peer.nextLink();
    link.socket.destroy();
    await (await refused).closed;
    rig.peer.script.bindStatus = 0;
    await rig.peer.nextBound();
  });

  it('honours unbind: answers what came before, then unbinds, then comes back', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    rig.inbox.hold();
    const sequence = link.send('deliver_sm', deliverSm('Terakhir'));
    const next = rig.peer.nextBound();
    const unbound = link.ask('unbind');
    await rig.inbox.arrival();
    await link.ask('enquire_link');
    expect(link.count('unbind_resp')).to.equal(0);
    rig.inbox.release();
    expect((await unbound).status).to.equal(0);
    const order = link.received.map(({ command }) => command).slice(-2);
    expect(order).to.deep.equal(['deliver_sm_resp', 'unbind_resp']);
    expect((await link.answerTo(sequence)).status).to.equal(0);
    await link.closed;
    await next;
  });

  it('still takes the response to a submit_sm after the peer sent unbind', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    rig.peer.script.onSubmit = () => undefined;
    const outcome = rig.send();
    const submit = await link.receives('submit_sm');
    await link.ask('unbind');
    link.respond(submit, { message_id: '7' });
    expect(await outcome).to.deep.equal({ kind: 'accepted', externalIds: ['7'] });
    await link.closed;
  });

  it('unbinds when it stops, after the responses it waits for', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    rig.peer.script.onSubmit = () => undefined;
    const outcome = rig.send();
    const submit = await link.receives('submit_sm');
    const stopped = rig.stop();
    await link.ask('enquire_link');
    expect(link.count('unbind')).to.equal(0);
    link.respond(submit, { message_id: '7' });
    expect((await outcome).kind).to.equal('accepted');
    await link.receives('unbind');
    await stopped;
  });

  it('stops though the peer answers neither submit_sm nor unbind', async () => {
    rig = await startRig({ responseTimeoutSeconds: 0.1 }, ({ script }) => {
      script.answersUnbind = false;
      script.onSubmit = () => undefined;
    });
    const link = await rig.peer.nextBound();
    const outcome = rig.send();
    await link.receives('submit_sm');
    await rig.stop();
    expect((await outcome).kind).to.equal('uncertain');
  });

  const stuck: readonly { label: string; prepare: (link: PeerLink) => Promise<unknown> }[] = [
    { label: 'has nothing under way', prepare: async () => undefined },
    { label: 'waits for the answer to a submit_sm', prepare: (link) => link.receives('submit_sm') },
    {
      label: 'waits for it after the peer sent unbind',
      prepare: async (link) => {
        await link.receives('submit_sm');
        await link.ask('unbind');
      },
    },
  ];
  for (const { label, prepare } of stuck) {
    it(`stops within its limit beside a peer that answers nothing, when it ${label}`, async () => {
      rig = await startRig({ responseTimeoutSeconds: 60 }, ({ script }) => {
        script.answersUnbind = false;
        script.onSubmit = () => undefined;
      });
      const link = await rig.peer.nextBound();
      await rig.healthIs(({ state }) => state === 'up');
      const outcome = label.includes('waits') ? rig.send('Satu', steadyNowMs() + 60_000) : null;
      await prepare(link);
      const startedAtMs = steadyNowMs();
      await rig.stop();
      expect(steadyNowMs() - startedAtMs).to.be.lessThan(stopLimitMs);
      if (outcome !== null) expect((await outcome).kind).to.equal('uncertain');
      // Some telcos count a bind that was not given up for minutes.
      if (!label.includes('the peer sent unbind')) expect(link.count('unbind')).to.equal(1);
    });
  }

  it('stops while it waits for the next attempt', async () => {
    rig = await startRig({ refusedRetrySeconds: 600 }, ({ script }) => {
      script.bindStatus = 0x0e;
    });
    const link = await rig.peer.nextLink();
    await link.closed;
    await rig.stop();
    expect(rig.channel.health().links[0]?.state).to.equal('idle');
  });

  it('tries wrong credentials again, slowly, and says what is wrong', async () => {
    rig = await startRig({ refusedRetrySeconds: 600 }, ({ script }) => {
      script.bindStatus = 0x0e;
    });
    const link = await rig.peer.nextLink();
    await link.closed;
    while (rig.channel.health().links[0]?.state !== 'refused') await new Promise((resolve) => setImmediate(resolve));
    const detail = rig.channel.health().links[0]?.detail ?? '';
    expect(detail).to.match(
      /^bind refused with ESME_RINVPASWD: the password is wrong.*; next attempt in [3-6]\d\d\.\d s$/,
    );
  });

  it('binds once the peer takes the credentials', async () => {
    rig = await startRig({ refusedRetrySeconds: 0.03 }, ({ script }) => {
      script.bindStatus = 0x0e;
    });
    const link = await rig.peer.nextLink();
    await link.receives('bind_transceiver');
    rig.peer.script.bindStatus = 0;
    const next = rig.peer.nextBound();
    await link.closed;
    await next;
  });

  it('writes neither password nor address nor text into the log', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    await link.ask('deliver_sm', deliverSm('Jalan rusak'));
    await rig.send('Diterima');
    rig.inbox.fail();
    await link.ask('deliver_sm', deliverSm('Jalan rusak'));
    link.socket.destroy();
    await rig.peer.nextBound();
    for (const words of ['rahasia1', '6281234567890', 'Jalan', 'Diterima']) {
      expect(rig.observed.join('\n')).to.not.include(words);
    }
  });
});

/** The connection after the next one. */
async function nextButOne(peer: Peer) {
  await peer.nextLink();
  return peer.nextLink();
}

describe('SMPP: config', () => {
  it('has defaults for all but host, systemId, password and address', () => {
    expect(parse()).to.deep.include({
      hosts: ['127.0.0.1'],
      port: 2775,
      bind: 'transceiver',
      sessions: 1,
      window: 10,
      enquireLinkSeconds: 30,
      countryCode: '62',
      defaultAlphabet: 'gsm7',
      receipts: true,
      maxSegments: 4,
    });
  });

  const faults = [
    { label: 'no host', changes: { host: undefined }, message: /missing: give host, or hosts/ },
    { label: 'host and hosts', changes: { hosts: ['a'] }, message: /not both/ },
    { label: 'no host beside another fault', changes: { host: undefined, window: 0 }, message: /missing: give host/ },
    { label: 'no hosts', changes: { host: undefined, hosts: [] }, message: /the list is empty/ },
    { label: 'a port in the host', changes: { host: 'smsc:2775' }, message: /the port has its own key/ },
    { label: 'a window of none', changes: { window: 0 }, message: /outstanding submit_sm from 1 to 1000/ },
    { label: 'half a window', changes: { window: 1.5 }, message: /whole number/ },
    { label: 'an address that YAML took for a number', changes: { address: 1708 }, message: /quote it/ },
    { label: 'an unknown bind mode', changes: { bind: 'trx' }, message: /transceiver or separate/ },
    { label: 'a zero time', changes: { enquireLinkSeconds: 0 }, message: /over 0/ },
    { label: 'a minimum over the maximum', changes: { reconnectMinSeconds: 9 }, message: /reconnectMaxSeconds/ },
    { label: 'a country code with a plus', changes: { countryCode: '+62' }, message: /without \+/ },
    { label: 'a password that cannot be sent', changes: { password: 'rahasiá' }, message: /printable ASCII/ },
  ];
  for (const { label, changes, message } of faults) {
    it(`faults ${label}`, () => expect(() => parse(changes)).to.throw(message));
  }
});
