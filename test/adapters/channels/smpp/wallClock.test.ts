import { expect } from 'chai';
import { type Rig, startRig } from './rig.js';

/** Somebody sets the machine's clock while a channel runs. */
describe('SMPP: a wall clock that jumps', () => {
  const trueNow = Date.now;
  let rig: Rig;
  afterEach(async () => {
    Date.now = trueNow;
    await rig.stop();
  });

  const hourMs = 3_600_000;
  const jumps = [
    { label: 'back', byMs: -hourMs },
    { label: 'forward', byMs: hourMs },
  ];
  for (const { label, byMs } of jumps) {
    const jump = () => {
      Date.now = () => trueNow() + byMs;
    };

    it(`${label}: replies keep their rate`, async () => {
      rig = await startRig({ throughputPerSecond: 20 });
      await rig.peer.nextBound();
      await rig.send();
      jump();
      const startedAtMs = performance.now();
      const outcomes = await Promise.all(Array.from({ length: 12 }, () => rig.send()));
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(Array(12).fill('accepted'));
      expect(performance.now() - startedAtMs).to.be.within(300, 5_000);
    });

    it(`${label}: a pause that the peer asked for lasts as long as meant`, async () => {
      rig = await startRig();
      await rig.peer.nextBound();
      rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: 0x58 });
      await rig.send();
      const pausedAtMs = performance.now();
      rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { message_id: '1' });
      jump();
      expect((await rig.send()).kind).to.equal('accepted');
      expect(performance.now() - pausedAtMs).to.be.within(900, 5_000);
    });

    it(`${label}: a submit_sm without an answer times out in its time`, async () => {
      rig = await startRig({ responseTimeoutSeconds: 0.3 });
      const link = await rig.peer.nextBound();
      rig.peer.script.onSubmit = () => undefined;
      const sentAtMs = performance.now();
      const outcome = rig.send();
      await link.receives('submit_sm');
      jump();
      expect((await outcome).kind).to.equal('uncertain');
      expect(performance.now() - sentAtMs).to.be.within(250, 5_000);
    });
  }

  it('back: a silent peer is still asked, and given up', async () => {
    rig = await startRig({ enquireLinkSeconds: 0.3, responseTimeoutSeconds: 0.2 }, ({ script }) => {
      script.answersEnquireLink = false;
    });
    const link = await rig.peer.nextBound();
    Date.now = () => trueNow() - hourMs;
    await link.closed;
    expect(link.count('enquire_link')).to.be.at.least(1);
  });
});
