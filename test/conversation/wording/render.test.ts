import { expect } from 'chai';
import fc from 'fast-check';
import twitterText from 'twitter-text';
import { packagedFile } from '../../../src/config/env.js';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { loadWording } from '../../../src/conversation/wording/load.js';
import { Template } from '../../../src/conversation/wording/template.js';
import type { StatusArguments } from '../../../src/conversation/wording/texts.js';
import type { Wording } from '../../../src/conversation/wording/wording.js';
import { worstCasesIn } from '../../../src/conversation/wording/worstCases.js';
import { countSeptets, encodeGsm7 } from '../../../src/domain/sms/gsm7.js';
import { type Status, statuses } from '../../../src/domain/status.js';
import { packagedKnowledge } from '../understanding/aids.js';

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

const namedInReplies: ReadonlyArray<{ readonly key: string; readonly names: readonly string[] }> = [
  { key: 'acknowledgement', names: ['#916581600000', '28', '2026'] },
  { key: 'acknowledgementEmergency', names: ['#916581600000', '112'] },
  { key: 'acknowledgementDuplicate', names: ['#916581600000', '#916581599999'] },
  { key: 'acknowledgementConfidential', names: ['#916581600000', '28', '2026'] },
  { key: 'acknowledgementConfidentialAskPlace', names: ['#916581600000', '?'] },
  { key: 'acknowledgementAnonymous', names: ['#916581600000', '28', '2026'] },
  { key: 'acknowledgementAnonymousAskPlace', names: ['#916581600000', '?'] },
  { key: 'acknowledgementPublicSecret', names: ['DM', '1708'] },
  { key: 'acknowledgementPublicPersonalData', names: ['DM'] },
  { key: 'followUp.rating', names: ['#916581600000', '5'] },
  { key: 'closingWarning', names: ['#916581600000', '28', '2026'] },
  { key: 'help', names: ['STATUS', 'STOP', '1-5', '112'] },
];

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
      for (const { key, text, hasMessage } of worstCasesIn(wording, language)) {
        it(`${key}, at its worst case, as an SMS and as a post`, () => {
          expect(segmentsOf(text)).to.equal(hasMessage ? 2 : 1);
          // A status with an agency's words was cut to two SMS; anything else says all that it has to say.
          if (hasMessage) return;
          expect(text).not.to.contain('...');
          expect(twitterText.parseTweet(text).weightedLength).to.be.at.most(280);
          expect(twitterText.extractUrls(text)).to.deep.equal([]);
        });
      }

      for (const { key, names } of namedInReplies) {
        it(`${key} names what it is about`, () => {
          const text = worstCasesIn(wording, language).find((reply) => reply.key === key)?.text;
          for (const name of names) expect(text).to.contain(name);
        });
      }

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

  it('tells until when a report is checked, where that is known', () => {
    const known = wording.render('acknowledgement', 'id', { trackingId: '9165816', dueAt: '2026-12-04T09:00:00Z' });
    expect(known).to.contain('#9165816').and.to.contain('4 Desember 2026');
    const unknowns: ReadonlyArray<{ readonly dueAt?: string | null }> = [{}, { dueAt: null }, { dueAt: 'besok' }];
    for (const args of unknowns) {
      const unknown = wording.render('acknowledgement', 'id', { trackingId: '9165816', ...args });
      expect(known.startsWith(unknown)).to.equal(true);
      expect(unknown).not.to.contain('2026');
    }
  });

  it('answers for a ticket of somebody else as for one that there is not: it knows nothing but the number', () => {
    expect(wording.render('unknownTicket', 'id', { trackingId: '1' })).to.equal(
      wording.render('unknownTicket', 'id', { trackingId: '22' }).replace('22', '1'),
    );
  });

  it('asks in each language for commands that are understood in it', () => {
    const { vocabulary } = packagedKnowledge();
    const cases = [
      { key: 'askAddition', intent: 'addition' },
      { key: 'askRating', intent: 'rating' },
    ] as const;
    for (const language of wording.languages) {
      for (const { key, intent } of cases) {
        const example = wording.render(key, language, { trackingId: '9165816' }).split(': ').at(-1) ?? '';
        expect(parseIntent(example, vocabulary), example).to.deep.include({ intent, trackingId: '9165816' });
      }
      const commands = wording.render('help', language, {}).match(/\b[A-Z]{3,}(?: [A-Z]{3,})*\b/g) ?? [];
      expect(commands).to.have.length.above(5);
      for (const command of commands) expect(parseIntent(command, vocabulary).intent, command).not.to.equal('report');
    }
  });

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

  const endings: readonly (readonly [message: string, told: string])[] = [
    ['Alat berat tiba besok', 'Alat berat tiba besok. Batas'],
    ['Alat berat tiba besok -', 'Alat berat tiba besok. Batas'],
    ['Sudah dicek (lihat foto)', 'Sudah dicek (lihat foto). Batas'],
    ['Mohon bersabar!', 'Mohon bersabar! Batas'],
    ['Kata petugas: "Besok."', 'Kata petugas: "Besok." Batas'],
  ];
  for (const [message, told] of endings) {
    it(`ends the words of an agency before the due date: ${message}`, () => {
      const args = { trackingId: '9165816', message, dueAt: '2026-12-04T17:30:00Z' };
      expect(wording.render('status.in_progress', 'id', args)).to.contain(told);
      expect(wording.render('status.in_progress', 'id', { ...args, dueAt: null }), 'as written').to.contain(message);
    });
  }

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
          const duplicate = { trackingId: args.trackingId, otherId: args.agency ?? '' };
          expect(segmentsOf(wording.render('acknowledgementDuplicate', lang, duplicate))).to.equal(1);
          const warning = { trackingId: args.trackingId, dueAt: args.dueAt ?? '' };
          expect(segmentsOf(wording.render('closingWarning', lang, warning))).to.equal(1);
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
      wording.render('acknowledgement', 'id', { trackingId, dueAt: '2026-09-28T00:00:00Z' }),
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
