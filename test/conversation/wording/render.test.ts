import { expect } from 'chai';
import fc from 'fast-check';
import { packagedFile } from '../../../src/config/env.js';
import { loadWording } from '../../../src/conversation/wording/load.js';
import { Template } from '../../../src/conversation/wording/template.js';
import type { StatusArguments } from '../../../src/conversation/wording/texts.js';
import type { Wording } from '../../../src/conversation/wording/wording.js';
import { countSeptets, encodeGsm7 } from '../../../src/domain/sms/gsm7.js';
import { type Status, statuses } from '../../../src/domain/status.js';

function packagedWording(): Wording {
  const directory = packagedFile('config', 'replies');
  const loaded = loadWording({ directory, language: 'id', timeZone: 'Asia/Jakarta' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.wording;
}

/** How many segments a phone network makes of it, counted as a sender does: greedily, no escape pair torn. */
function segmentsOf(text: string): number {
  const septets = encodeGsm7(text);
  if (septets === null) throw new Error('not GSM-7');
  if (septets.length <= 160) return 1;
  let segments = 1;
  let room = 153;
  for (const character of text) {
    const needed = countSeptets(character) ?? 0;
    if (needed > room) {
      segments += 1;
      room = 153;
    }
    room -= needed;
  }
  return segments;
}

describe('Wording', () => {
  const wording = packagedWording();
  const longest: StatusArguments = {
    trackingId: '916581600000',
    agency: 'A'.repeat(60),
    dueAt: '2026-09-28T00:00:00Z',
  };

  describe('says what citizens know', () => {
    const words: Readonly<Record<Status, string>> = {
      received: 'Diterima',
      verified: 'Terverifikasi',
      forwarded: 'Terdisposisi ke Dinas PU Buleleng',
      in_progress: 'Ditindaklanjuti',
      needs_info: 'butuh keterangan',
      responded: 'Ditanggapi',
      closed: 'Selesai',
      postponed: 'Ditunda',
      rejected: 'Bukan wewenang',
      archived: 'Diarsipkan',
    };
    for (const status of statuses) {
      it(status, () => {
        const text = wording.render(`status.${status}`, 'id', { trackingId: '9165816', agency: 'Dinas PU Buleleng' });
        expect(text).to.contain('#9165816').and.to.contain(words[status]);
      });
    }
  });

  for (const language of wording.languages) {
    describe(`in ${language}, within one segment`, () => {
      it('acknowledges with the tracking id', () => {
        for (const key of ['acknowledgement', 'acknowledgementTruncated'] as const) {
          const text = wording.render(key, language, { trackingId: longest.trackingId });
          expect(text).to.contain(`#${longest.trackingId}`);
          expect(countSeptets(text)).to.be.at.most(160);
        }
      });

      it('says that a refused report is not lost', () => {
        expect(countSeptets(wording.render('refused', language, {}))).to.be.within(40, 160);
      });

      for (const status of statuses) {
        it(`status ${status}, at its worst case`, () => {
          for (const args of [longest, { ...longest, agency: null }]) {
            const text = wording.render(`status.${status}`, language, args);
            expect(text).to.contain(longest.trackingId).and.not.to.contain('...');
            expect(countSeptets(text)).to.be.at.most(160);
          }
        });
      }
    });
  }

  it('puts the words of an agency between the status and the due date', () => {
    const text = wording.render('status.in_progress', 'id', {
      trackingId: '9165816',
      agency: 'Dinas PU',
      message: 'Alat berat tiba besok.\nMohon bersabar.',
      dueAt: '2026-12-04T17:30:00Z',
    });
    expect(text).to.equal(
      'Laporan #9165816: Ditindaklanjuti oleh Dinas PU. Keterangan: Alat berat tiba besok. Mohon bersabar. Batas waktu: 5 Desember 2026.',
    );
  });

  it('cuts long words of an agency between two of them, and nothing else', () => {
    const message = 'Pekerjaan dilanjutkan. '.repeat(40);
    const text = wording.render('status.forwarded', 'id', { ...longest, message });
    expect(text).to.match(
      /: (Pekerjaan dilanjutkan\. )+Pekerjaan( dilanjutkan)?\.\.\. Batas waktu: 28 September 2026\.$/,
    );
    expect(segmentsOf(text)).to.equal(2);
    expect(countSeptets(text)).to.be.above(280);
  });

  it('lets the name of an agency take what the segment has left', () => {
    const agency = 'Kementerian Pendayagunaan Aparatur Negara dan Reformasi Birokrasi';
    expect(wording.render('status.forwarded', 'id', { trackingId: '9165816', agency })).to.contain(`${agency}.`);
  });

  it('tells no due date where nothing is still to come, or where it is no date', () => {
    const args = { trackingId: '9165816', dueAt: '2026-12-04T00:00:00Z' };
    expect(wording.render('status.closed', 'id', args)).not.to.contain('2026');
    const noDate = { trackingId: '9165816', dueAt: 'besok' };
    expect(wording.render('status.forwarded', 'id', noDate)).not.to.contain('Batas waktu');
  });

  it('takes blank words for none', () => {
    const bare = wording.render('status.closed', 'id', { trackingId: '1' });
    expect(wording.render('status.closed', 'id', { trackingId: '1', agency: ' ', message: '\n' })).to.equal(bare);
  });

  it('answers in the configured language where the asked one has no texts', () => {
    const own = wording.render('refused', 'id', {});
    expect(wording.render('refused', 'jv', {})).to.equal(own);
    expect(wording.render('refused', null, {})).to.equal(own);
    expect(wording.render('refused', 'en', {})).not.to.equal(own);
  });

  it('fits, whatever a tracker sends', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 600 });
    const maybe = fc.option(anyText, { nil: null });
    const dueAt = fc.option(fc.constantFrom('2026-09-28T00:00:00Z', 'x'), { nil: null });
    const trackingId = fc.oneof(fc.stringMatching(/^[0-9]{1,12}$/), fc.string({ unit: 'binary', maxLength: 64 }));
    const language = fc.constantFrom(...wording.languages);
    fc.assert(
      fc.property(
        fc.record({ trackingId, agency: maybe, message: maybe, dueAt }),
        fc.constantFrom(...statuses),
        language,
        (args, status, lang) => {
          expect(segmentsOf(wording.render(`status.${status}`, lang, args))).to.be.at.most(2);
          const silent = wording.render(`status.${status}`, lang, { ...args, message: null });
          expect(segmentsOf(silent)).to.equal(1);
          expect(segmentsOf(wording.render('acknowledgement', lang, args))).to.equal(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('fits where characters of two septets meet the end of a segment', () => {
    // With 306 septets for two segments, one of these would tear a pair and need a third.
    for (let agencyLength = 1; agencyLength < 5; agencyLength += 1) {
      for (let length = 90; length < 150; length += 1) {
        const args = { trackingId: '9165816', agency: 'A'.repeat(agencyLength), message: '{'.repeat(length) };
        expect(segmentsOf(wording.render('status.in_progress', 'id', args))).to.equal(2);
      }
    }
  });

  it('keeps a tracking id of an unheard-of length whole, and cuts what follows it', () => {
    const trackingId = '9'.repeat(64);
    for (const text of [
      wording.render('acknowledgement', 'id', { trackingId }),
      wording.render('acknowledgementTruncated', 'en', { trackingId }),
      wording.render('status.needs_info', 'id', { trackingId }),
      wording.render('status.needs_info', 'en', { trackingId }),
    ]) {
      expect(text)
        .to.contain(`#${trackingId}`)
        .and.to.match(/\.\.\.$/);
      expect(segmentsOf(text)).to.equal(1);
    }
  });
});

describe('Template', () => {
  it('chooses by a select', () => {
    const template = new Template('{agency, select, Polri {Kepolisian} other {{agency}}} #{trackingId}', 'id');
    expect(template.render({ agency: 'Polri', trackingId: '1' })).to.equal('Kepolisian #1');
    expect(template.render({ agency: 'BPJS', trackingId: '1' })).to.equal('BPJS #1');
  });

  it('is a tracking id as it is, not a number to be written with points', () => {
    expect(new Template('#{trackingId}', 'id').render({ trackingId: '9165816' })).to.equal('#9165816');
  });

  it('keeps apostrophes and angle brackets, as people write them', () => {
    expect(new Template("Jum'at <b>{agency}</i>", 'id').render({ agency: 'PU' })).to.equal("Jum'at <b>PU</i>");
  });
});
