import { expect } from 'chai';
import type { ReceivedPdu } from './peer.js';
import { type Rig, startRig } from './rig.js';

describe('SMPP: a link whose submit_sm get no answer', () => {
  let rig: Rig;
  let unanswered: ReceivedPdu[];
  afterEach(() => rig.stop());

  /** Sends as many replies as make the link doubtful, none of which the peer answers. */
  async function becomeDoubtful() {
    const link = await rig.peer.nextBound();
    unanswered = [];
    rig.peer.script.onSubmit = (submit) => void unanswered.push(submit);
    const outcomes = await Promise.all([rig.send(), rig.send(), rig.send()]);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['uncertain', 'uncertain', 'uncertain']);
    return link;
  }

  const changes = { responseTimeoutSeconds: 0.2, window: 5 };

  it('is degraded though it answers enquire_link, and says so', async () => {
    rig = await startRig({ ...changes, enquireLinkSeconds: 0.05 });
    const link = await becomeDoubtful();
    const { state, links } = rig.channel.health();
    expect([state, links[0]?.state]).to.deep.equal(['degraded', 'bound']);
    expect(links[0]?.detail).to.match(/^no answer to the last 3 submit_sm, though the peer lives; .*channel rebind/);
    await link.receives('enquire_link');
    expect(rig.observed.filter((line) => line.includes('link is doubtful'))).to.have.length(1);
  });

  it('is tried with one at a time, and is up again with the first answer', async () => {
    rig = await startRig({ ...changes, responseTimeoutSeconds: 1 });
    const link = await becomeDoubtful();
    rig.peer.script.onSubmit = (submit) => void unanswered.push(submit);
    const outcomes = Array.from({ length: 4 }, () => rig.send());
    await link.receives('submit_sm', () => unanswered.length === 4);
    await link.ask('enquire_link');
    expect(unanswered.length, 'one beyond the three that made it doubtful').to.equal(4);
    rig.peer.script.onSubmit = (submit) => link.respond(submit, { message_id: '8' });
    link.respond(unanswered[3] as ReceivedPdu, { message_id: '7' });
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).to.deep.equal(Array(4).fill('accepted'));
    expect(rig.channel.health()).to.include({ state: 'up' });
    expect(rig.channel.health().links[0]?.detail).to.equal('');
  });

  it('is up again when a late answer shows that the peer is only slow', async () => {
    rig = await startRig(changes);
    const link = await becomeDoubtful();
    expect(rig.channel.health().state).to.equal('degraded');
    link.respond(unanswered[0] as ReceivedPdu, { message_id: '7' });
    await rig.healthIs(({ state }) => state === 'up');
    expect(rig.observed).to.include('response_unexpected {"command":"submit_sm_resp"}');
  });

  it('is still tried when another link carries the replies, and comes back', async () => {
    rig = await startRig({ ...changes, sessions: 2 });
    const sound = await rig.peer.nextBound();
    const deaf = await rig.peer.nextBound();
    await rig.healthIs(({ state }) => state === 'up');
    rig.peer.script.onSubmit = (submit, link) => {
      if (link === sound) link.respond(submit, { message_id: '7' });
    };
    while (rig.channel.health().state === 'up') await Promise.all([rig.send(), rig.send(), rig.send(), rig.send()]);
    const tried = deaf.count('submit_sm');
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => rig.send()));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).to.have.length(7);
    expect(deaf.count('submit_sm') - tried).to.equal(1);
    expect((await rig.send()).kind, 'with nothing under way').to.equal('uncertain');
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { message_id: '7' });
    await rig.send();
    expect(rig.channel.health().state).to.equal('up');
  });
});
