import { expect } from 'chai';
import { CertificateMaker } from './certificates.js';
import { Peer } from './peer.js';
import { type Rig, startRig } from './rig.js';

/** Two hosts that listen on one port: addresses of this machine's own network. */
const [first, second] = ['127.0.0.11', '127.0.0.12'] as const;

describe('SMPP: several hosts', () => {
  let rig: Rig;
  let other: Peer;
  const peers: Peer[] = [];

  afterEach(async () => {
    await rig.stop();
    await other.close();
    for (const peer of peers.splice(0)) await peer.close();
  });

  /** Both hosts; the rig's peer is the second. */
  const start = async (changes: Readonly<Record<string, unknown>> = {}) => {
    rig = await startRig({ host: undefined, hosts: [first, second], ...changes }, undefined, { host: second });
    other = await listenOnFirst();
  };
  const listenOnFirst = () => Peer.listen({ host: first, port: rig.peer.port });

  it('binds to the second while the first is away, and says so', async () => {
    await start({ returnToFirstHostSeconds: 600 });
    await other.close();
    for (const link of other.links) link.socket.destroy();
    await rig.peer.nextBound();
    const { links, state } = await rig.healthIs((health) => health.state === 'up');
    expect(state).to.equal('up');
    expect(links[0]?.name).to.equal(`transceiver 1 at ${second}:${rig.peer.port}`);
    expect(links[0]?.detail).to.equal(`${first} is away; this is another of its hosts`);
  });

  it('returns to the first when that is back, finishing what is under way', async () => {
    rig = await startRig(
      { host: undefined, hosts: [first, second], returnToFirstHostSeconds: 0.05 },
      ({ script }) => {
        script.onSubmit = () => undefined;
      },
      { host: second },
    );
    const link = await rig.peer.nextBound();
    const outcome = rig.send();
    const submit = await link.receives('submit_sm');
    other = await listenOnFirst();
    await rig.healthIs(({ links: [only] }) => only?.state === 'draining');
    link.respond(submit, { message_id: '7' });
    expect((await outcome).kind).to.equal('accepted');
    await rig.healthIs(({ links: [only] }) => only?.state === 'bound' && only.name.includes(first));
    expect(link.count('unbind')).to.equal(1);
    expect(rig.channel.health().links[0]?.detail).to.equal('');
    expect(rig.observed.join('\n')).to.not.include('link_lost');
  });

  it('looks for the first no longer once it stops', async () => {
    const maker = await CertificateMaker.create();
    const { cert, key } = await maker.issue('second', `IP:${second}`);
    rig = await startRig(
      { host: undefined, hosts: [first, second], tls: { verify: false }, returnToFirstHostSeconds: 0.05 },
      undefined,
      { host: second, tls: { cert, key } },
    );
    await rig.peer.nextBound();
    // Without TLS: takes the connection, and is silent.
    other = await listenOnFirst();
    const look = await other.nextLink();
    await rig.stop();
    await look.closed;
    await maker.close();
  });

  it('stays where it is while the first takes no connection', async () => {
    rig = await startRig(
      { host: undefined, hosts: [first, second], returnToFirstHostSeconds: 0.02, enquireLinkSeconds: 0.02 },
      undefined,
      { host: second },
    );
    other = await Peer.listen();
    const link = await rig.peer.nextBound();
    await link.receives('enquire_link', () => link.count('enquire_link') === 15);
    expect(rig.peer.links).to.have.length(1);
    expect(link.count('unbind')).to.equal(0);
  });

  it('does not flap between a first host that takes connections and refuses binds, and the second', async () => {
    rig = await startRig({ host: undefined, hosts: [first, second], returnToFirstHostSeconds: 0.05 }, undefined, {
      host: second,
    });
    await rig.peer.nextBound();
    other = await listenOnFirst();
    other.script.bindStatus = 0x0d;
    const returns = [0, 0, 0];
    for (let round = 0; round < returns.length; round += 1) {
      const startedAtMs = Date.now();
      const attempt = other.nextLink();
      await attempt;
      // A look at the port comes first, and says nothing.
      await other.nextLink();
      returns[round] = Date.now() - startedAtMs;
      await rig.healthIs(({ state }) => state === 'up');
    }
    // 50 ms, then 100, then 200.
    expect(returns[2]).to.be.at.least(200);
    expect(rig.channel.health().state).to.equal('up');
  });

  it('leaves a first host that binds and hangs up for the second', async () => {
    rig = await startRig({ host: undefined, hosts: [first, second], returnToFirstHostSeconds: 600 }, undefined, {
      host: second,
    });
    other = await listenOnFirst();
    const onSecond = rig.peer.nextBound();
    for (const link of other.links) link.socket.destroy();
    void other.nextBound().then((link) => link.socket.destroy());
    await onSecond;
  });
});
