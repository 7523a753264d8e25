import { expect } from 'chai';
import type { Part } from '../../../src/ports/channel.js';
import { contentKey, longSms, neighbour, smsPart } from '../../fakes/parts.js';
import { joinWindowMs, only, type Scene, texts } from './scene.js';

const [one, two, three] = longSms(['Jembatan ', 'di desa kami ', 'putus'], 7) as [Part, Part, Part];
const whole = 'Jembatan di desa kami putus';

const orders: readonly { label: string; parts: readonly Part[] }[] = [
  { label: 'in order', parts: [one, two, three] },
  { label: 'backwards', parts: [three, two, one] },
  { label: 'with the middle last', parts: [three, one, two] },
  { label: 'with a part twice', parts: [one, one, two, three] },
  { label: 'with a part twice under another key', parts: [one, two, again(two), three] },
];

/** The same words in the same place, and nothing that tells the parts apart but their keys. */
function again(part: Part): Part {
  return { ...part, key: smsPart().key };
}

function afresh(pieces: readonly string[], reference: number, given: Partial<Part> = {}): Part[] {
  return longSms(pieces, reference, given).map(again);
}

export function describeLongMessages(scene: () => Scene): void {
  describe('joining long messages', () => {
    for (const { label, parts } of orders) {
      for (const batches of ['one batch', 'one by one'] as const) {
        it(`joins parts that come ${label}, in ${batches}`, async () => {
          if (batches === 'one batch') await scene().accept(parts);
          else for (const part of parts) await scene().accept([part]);
          const { message } = only(await scene().claimReports());
          expect(message).to.include({ text: whole, parts: 3 });
          expect(message.flags).to.deep.equal([]);
          expect(await scene().store.counts()).to.include({ setsWaiting: 0, reportsWaiting: 1 });
        });
      }
    }

    it('joins over different links and a restart', async () => {
      await scene().accept([{ ...three, key: contentKey(1, 'three') }]);
      await scene().restart();
      expect((await scene().store.counts()).setsWaiting).to.equal(1);
      await scene().accept([{ ...one, key: contentKey(2, 'one') }]);
      await scene().accept([{ ...two, key: contentKey(3, 'two') }]);
      expect(texts(await scene().claimReports())).to.deep.equal([whole]);
    });

    it('dates the report by its first part and names all the parts', async () => {
      const dated = [one, two, three].map((part, index) => ({
        ...part,
        receivedAtMs: part.receivedAtMs + 100 - index,
        externalId: `X${index + 1}`,
      }));
      await scene().accept(dated);
      const { message } = only(await scene().claimReports());
      expect(message.receivedAtMs).to.equal(one.receivedAtMs + 98);
      expect(message.externalIds).to.deep.equal(['X1', 'X2', 'X3']);
    });

    it('keeps two senders with one reference apart', async () => {
      const theirs = afresh(['Sampah ', 'menumpuk ', 'di pasar'], 7, { from: neighbour });
      await scene().accept([one, theirs[1] as Part, two, theirs[0] as Part, three, theirs[2] as Part]);
      expect(texts(await scene().claimReports())).to.have.members([whole, 'Sampah menumpuk di pasar']);
    });

    const apart: readonly { label: string; change: Partial<Part>; channelId?: string }[] = [
      { label: 'reference', change: { concat: { reference: 8, total: 3, sequence: 3 } } },
      { label: 'total', change: { concat: { reference: 7, total: 4, sequence: 3 } } },
      { label: 'recipient', change: { to: '1709' } },
      { label: 'channel', change: {}, channelId: 'indosat' },
    ];
    for (const { label, change, channelId } of apart) {
      it(`does not join over another ${label}`, async () => {
        await scene().accept([one, two]);
        await scene().accept([{ ...three, ...change }], channelId === undefined ? {} : { channelId });
        expect(await scene().claimReports()).to.deep.equal([]);
        expect((await scene().store.counts()).setsWaiting).to.equal(2);
      });
    }

    it('begins anew when a reference comes again after its message was whole', async () => {
      await scene().accept([one, two, three]);
      await scene().accept(afresh(['Lampu ', 'jalan ', 'padam'], 7));
      expect(await scene().drainReports()).to.deep.equal([whole, 'Lampu jalan padam']);
    });

    it('passes on what there is of a message when its reference comes again before it was whole', async () => {
      await scene().accept([one, two]);
      await scene().accept(afresh(['Lampu ', 'jalan ', 'padam'], 7));
      const first = only(await scene().claimReports());
      expect(first.message).to.deep.include({ text: 'Jembatan di desa kami […]', flags: ['truncated'], parts: 2 });
      await scene().forward(first, { reply: null });
      expect(await scene().drainReports()).to.deep.equal(['Lampu jalan padam']);
    });

    it('takes a part that comes once more after its message was whole for a repetition', async () => {
      await scene().accept([one, two, three]);
      expect(await scene().accept([again(two)])).to.include({ duplicates: 1, waiting: 0 });
      const { message } = only(await scene().claimReports());
      expect((await scene().story(message.id)).filter((what) => what === 'received again')).to.have.length(1);
    });

    it('takes the same words with the same reference for a message of its own once the time is over', async () => {
      await scene().accept([one, two, three]);
      const receivedAtMs = scene().nowMs + joinWindowMs;
      const later = afresh(['Jembatan ', 'di desa kami ', 'putus'], 7, { receivedAtMs });
      expect(await scene().accept(later)).to.include({ duplicates: 0, reports: 1 });
      expect(await scene().drainReports()).to.deep.equal([whole, whole]);
    });

    it('tells the repetition of a part in the story of the message that it belongs to', async () => {
      await scene().accept([one, one]);
      await scene().accept([again(one), two, three]);
      const { message } = only(await scene().claimReports());
      const story = await scene().story(message.id);
      expect(story.filter((what) => what === 'received')).to.have.length(3);
      expect(story.filter((what) => what === 'received again')).to.have.length(2);
    });

    const cut: readonly { label: string; parts: readonly Part[]; text: string }[] = [
      { label: 'its start', parts: [two, three], text: '[…]di desa kami putus' },
      { label: 'its middle', parts: [one, three], text: 'Jembatan […]putus' },
      { label: 'its end', parts: [one, two], text: 'Jembatan di desa kami […]' },
      { label: 'all but its end', parts: [three], text: '[…]putus' },
    ];
    for (const { label, parts, text } of cut) {
      it(`passes a message on without ${label} when its time is over, and says so`, async () => {
        await scene().accept(parts);
        expect(await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs - 1)).to.equal(0);
        expect(await scene().claimReports()).to.deep.equal([]);
        await scene().restart();
        expect(await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs)).to.equal(1);
        expect(await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs)).to.equal(0);
        const { message } = only(await scene().claimReports());
        expect(message).to.deep.include({ text, flags: ['truncated'], parts: parts.length });
      });
    }

    it('makes a report of its own of a part that comes too late', async () => {
      await scene().accept([one, two]);
      await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs);
      scene().nowMs += joinWindowMs;
      expect(await scene().accept([three])).to.include({ waiting: 1 });
      await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs);
      expect(await scene().drainReports()).to.deep.equal(['Jembatan di desa kami […]', '[…]putus']);
    });

    it('closes any number of overdue messages, in steps', async () => {
      const starts = Array.from({ length: 700 }, (_, index) => longSms(['a', 'b'], 1, { from: `62811${index}` })[0]);
      await scene().accept(starts as Part[]);
      let closed = 0;
      for (let step = 1; step > 0; closed += step) {
        step = await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs);
      }
      expect(closed).to.equal(700);
      expect(await scene().store.counts()).to.include({ setsWaiting: 0, reportsWaiting: 700 });
    });

    it('bounds how many unfinished messages one sender can have: the oldest goes on as it is', async () => {
      for (let reference = 1; reference <= 20; reference += 1) {
        await scene().accept(longSms([`mulai ${reference}`, 'akhir'], reference).slice(0, 1));
      }
      await scene().accept(longSms(['mulai lain', 'akhir'], 1, { from: neighbour }).slice(0, 1));
      expect((await scene().store.counts()).setsWaiting).to.equal(16 + 1);
      const expected = [1, 2, 3, 4].map((reference) => `mulai ${reference}[…]`);
      expect(await scene().drainReports()).to.deep.equal(expected);
    });

    it('decodes a character that was cut between two parts', async () => {
      const header = (sequence: number) => Buffer.from([5, 0, 3, 9, 2, sequence]);
      const octets = Buffer.from('Rusak 🙏', 'utf16le').swap16();
      const halves = [octets.subarray(0, octets.length - 2), octets.subarray(octets.length - 2)];
      const parts = halves.map((half, index) =>
        smsPart({
          text: '?',
          encoding: 'ucs2',
          raw: Buffer.concat([header(index + 1), half]),
          textOffset: 6,
          concat: { reference: 9, total: 2, sequence: index + 1 },
        }),
      );
      await scene().accept(parts);
      expect(only(await scene().claimReports()).message).to.include({ text: 'Rusak 🙏', encoding: 'ucs2' });
    });
  });
}
