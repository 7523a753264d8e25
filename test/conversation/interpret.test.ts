import { expect } from 'chai';
import fc from 'fast-check';
import { packagedFile } from '../../src/config/env.js';
import { interpret, type Judgement } from '../../src/conversation/interpret.js';
import type { ReadingAids } from '../../src/conversation/understanding/read.js';
import { loadWording } from '../../src/conversation/wording/load.js';
import type { Wording } from '../../src/conversation/wording/wording.js';
import type { SenderContext } from '../../src/ports/conversation.js';
import type { StoredMessage } from '../../src/ports/store.js';
import { startMs } from '../fakes/parts.js';
import { contextOf, judgementOf, messageOf, ownTicket, saidOf, told } from './said.js';
import { packagedAids } from './understanding/aids.js';

const [newest, older] = [ownTicket('9165816'), ownTicket('9165001', { status: 'responded', text: 'Lampu padam' })];
const stranger = contextOf();
const one = contextOf([newest]);
const two = contextOf([newest, older]);
const place = contextOf([newest], { asked: 'place' });
const info = contextOf([newest], { asked: 'needs_info' });
const inThread = contextOf([newest, older], { thread: older });

interface Case {
  readonly text: string;
  readonly of: SenderContext;
  readonly deed: string;
  readonly given?: Partial<StoredMessage>;
}

const groups: Readonly<Record<string, readonly Case[]>> = {
  'commands that name a ticket': [
    { text: 'STATUS 9165816', of: two, deed: 'status 9165816' },
    { text: 'status #9165001', of: two, deed: 'status 9165001' },
    { text: 'BELUM 9165816 air masih mati', of: two, deed: 'not_resolved 9165816 "air masih mati"' },
    { text: 'TAMBAH 9165816 dekat pasar', of: two, deed: 'addition 9165816 "dekat pasar"' },
    { text: '#9165816 dekat pasar', of: two, deed: 'addition 9165816 "dekat pasar"' },
    { text: 'SELESAI 9165816', of: two, deed: 'resolved 9165816' },
    { text: 'SELESAI 9165816 sudah rapi', of: two, deed: 'resolved 9165816 "sudah rapi"' },
    {
      text: 'SELESAI 9165816 tapi lampu masih mati',
      of: two,
      deed: 'addition 9165816 "SELESAI 9165816 tapi lampu masih mati"',
    },
    { text: 'done 9165816 but not all', of: two, deed: 'addition 9165816 "done 9165816 but not all"' },
    { text: 'NILAI 9165816 4', of: two, deed: 'rating 9165816 4' },
    { text: 'NILAI 9165816 4/5', of: two, deed: 'rating 9165816 4' },
    { text: 'BATAL 9165816', of: two, deed: 'withdrawal 9165816' },
    {
      text: 'BELUM 9165816 NIK saya 3201234567890123',
      of: two,
      deed: 'not_resolved 9165816 "NIK saya [NIK/KK]"',
    },
  ],
  "commands that name no ticket of the sender's": [
    { text: 'STATUS 7777777', of: two, deed: 'answer unknownTicket 7777777' },
    { text: 'BELUM 7777777 air masih mati', of: two, deed: 'answer unknownTicket 7777777' },
    { text: 'NILAI 7777777 5', of: two, deed: 'answer unknownTicket 7777777' },
    { text: 'STATUS 9165816', of: stranger, deed: 'answer unknownTicket 9165816' },
  ],
  'commands without a ticket': [
    { text: 'STATUS', of: two, deed: 'status 9165816' },
    { text: 'cek laporan saya pak', of: two, deed: 'status 9165816' },
    { text: 'BELUM', of: two, deed: 'not_resolved 9165001' },
    { text: 'nilai 4 dari 5', of: two, deed: 'rating 9165001 4' },
    { text: 'saya kasih nilai 3', of: two, deed: 'rating 9165001 3' },
    { text: '5', of: two, deed: 'answer askRating 9165001' },
    { text: 'bintang 4', of: two, deed: 'answer askRating 9165001' },
    { text: '5', of: one, deed: 'answer unclear' },
    { text: '9', of: two, deed: 'answer unclear' },
    { text: 'sudah diperbaiki terima kasih', of: two, deed: 'resolved 9165001' },
    { text: 'where is my report?', of: two, deed: 'status 9165816' },
    { text: 'SELESAI', of: two, deed: 'resolved 9165001' },
    { text: 'NILAI 5', of: two, deed: 'rating 9165001 5' },
    { text: 'BELUM', of: one, deed: 'not_resolved 9165816' },
    { text: 'BATAL', of: two, deed: 'withdrawal 9165816' },
    { text: 'STATUS', of: inThread, deed: 'status 9165001' },
    { text: 'STATUS', of: stranger, deed: 'answer noTicketYet' },
    { text: 'SELESAI', of: stranger, deed: 'answer noTicketYet' },
  ],
  'commands that lack something': [
    { text: 'TAMBAH 9165816', of: two, deed: 'answer askAddition 9165816' },
    { text: 'NILAI 9165816', of: two, deed: 'answer askRating 9165816' },
    { text: 'NILAI 9', of: two, deed: 'answer askRating 9165001' },
  ],
  'commands for anybody': [
    { text: 'BANTUAN', of: stranger, deed: 'answer help' },
    { text: 'HELP', of: stranger, deed: 'answer help' },
    { text: 'english please', of: stranger, deed: 'answer help' },
    { text: 'STOP', of: stranger, deed: 'answer stopped' },
    { text: 'BERHENTI', of: info, deed: 'answer stopped' },
    { text: 'MULAI', of: one, deed: 'answer started' },
  ],
  'sentences that begin like a command': [
    { text: 'Status tanah kami di desa Pejeng tidak jelas sejak 2019', of: two, deed: 'file' },
    { text: 'Belum ada perbaikan lampu jalan di kec Sukasada', of: two, deed: 'file' },
    { text: 'Stop pungli di kelurahan kami, setiap urus surat diminta uang', of: one, deed: 'file' },
  ],
  'texts that say nothing': [
    { text: '', of: stranger, deed: 'answer empty' },
    { text: '   ', of: one, deed: 'answer empty' },
    { text: '?', of: one, deed: 'answer unclear' },
    { text: 'Selamat pagi', of: stranger, deed: 'answer greeting' },
    { text: '', of: stranger, given: { extras: { attachments: [picture()] } }, deed: 'file' },
    { text: '', of: stranger, given: { extras: { point: { lat: -8.1, lon: 115.1 } } }, deed: 'file' },
    { text: 'tes 123', of: stranger, deed: 'file' },
  ],
  'answers to the question for a place': [
    {
      text: 'Desa Pejeng kec Tampaksiring kab Gianyar',
      of: place,
      deed: 'answer 9165816 "Desa Pejeng kec Tampaksiring kab Gianyar"',
    },
    { text: 'dekat pasar Sukasada', of: place, deed: 'answer 9165816 "dekat pasar Sukasada"' },
    { text: 'Jalannya di depan kantor camat', of: place, deed: 'answer 9165816 "Jalannya di depan kantor camat"' },
    { text: 'jalan rusak itu di kab Buleleng', of: place, deed: 'answer 9165816 "jalan rusak itu di kab Buleleng"' },
  ],
  'what does not answer it': [
    { text: 'STATUS', of: place, deed: 'status 9165816' },
    { text: 'LAPOR lampu mati', of: place, deed: 'file' },
    { text: 'Air PDAM tidak mengalir di kab Buleleng', of: place, deed: 'file' },
    { text: 'terima kasih', of: place, deed: 'answer greeting' },
    { text: 'tidak tahu', of: place, deed: 'answer 9165816 "tidak tahu"' },
    { text: 'lampu jalan mati juga di kab Gianyar', of: place, deed: 'file' },
    { text: 'ada kebakaran besar di pasar', of: place, deed: 'file' },
    {
      text: 'Jalan rusak di kab Buleleng ini sudah berkali-kali kami laporkan kepada kepala desa dan camat, mereka selalu berjanji akan datang melihat keadaannya tetapi sampai hari ini tidak seorang pun pernah datang',
      of: place,
      deed: 'file',
    },
    { text: 'dekat pasar', of: place, given: { receivedAtMs: startMs + 2 * 86_400_000 }, deed: 'file' },
    { text: 'dekat pasar', of: place, given: { receivedAtMs: startMs - 3_600_000 }, deed: 'file' },
    {
      text: 'Kemarin saya datang ke kantor dan diminta menunggu lama lalu disuruh pulang tanpa penjelasan apa pun, padahal sudah membawa semua berkas yang diminta oleh petugas loket itu',
      of: place,
      deed: 'file',
    },
  ],
  "answers to an agency's question": [
    { text: 'Sejak hari Senin, setiap malam', of: info, deed: 'answer 9165816 "Sejak hari Senin, setiap malam"' },
    { text: 'jalan di kab Gianyar jg rusak', of: info, deed: 'answer 9165816 "jalan di kab Gianyar jg rusak"' },
    { text: '3', of: info, deed: 'answer 9165816 "3"' },
    { text: 'iya betul pak', of: info, deed: 'answer 9165816 "iya betul pak"' },
    {
      text: 'Listrik mati total sejak kemarin sore',
      of: info,
      deed: 'answer 9165816 "Listrik mati total sejak kemarin sore"',
    },
    { text: 'Sampah menumpuk di kec Balaraja kab Tangerang', of: info, deed: 'file' },
    { text: 'LAPOR sampah menumpuk', of: info, deed: 'file' },
    { text: '', of: info, deed: 'answer empty' },
  ],
  'channels with threads': [
    { text: 'sudah tiga hari begini', of: inThread, deed: 'addition 9165001 "sudah tiga hari begini"' },
    { text: 'BELUM', of: inThread, deed: 'not_resolved 9165001' },
    { text: 'BELUM', of: { ...two, thread: newest }, deed: 'not_resolved 9165816' },
    { text: 'terima kasih', of: inThread, deed: 'answer greeting' },
    {
      text: 'di Gianyar',
      of: { ...place, tickets: [newest, older], thread: older },
      deed: 'addition 9165001 "di Gianyar"',
    },
  ],
  'what the provider of the channel has answered itself': [
    { text: 'STOP', of: stranger, given: { flags: ['opt_out'] }, deed: 'keep: STOP, which the channel has answered' },
    { text: 'Berhenti', of: info, given: { flags: ['opt_out'] }, deed: 'keep: STOP, which the channel has answered' },
    { text: 'MULAI', of: one, given: { flags: ['opt_in'] }, deed: 'keep: START, which the channel has answered' },
    { text: 'HELP', of: inThread, given: { flags: ['help'] }, deed: 'keep: HELP, which the channel has answered' },
  ],
  'edits and deletions': [
    {
      text: 'Lampu padam sejak Senin',
      of: inThread,
      given: { change: 'edited' },
      deed: 'addition 9165001 "Lampu padam sejak Senin", silent',
    },
    { text: 'Lampu padam sejak Senin', of: one, given: { change: 'edited' }, deed: 'file' },
    { text: '', of: inThread, given: { change: 'deleted' }, deed: 'withdrawal 9165001, silent' },
    { text: '', of: one, given: { change: 'deleted' }, deed: 'keep: what it deletes is no ticket' },
    { text: '', of: one, given: { flags: ['deleted'] }, deed: 'keep: deleted by its author before it was handled' },
  ],
};

function picture() {
  return { id: 'media-1', contentType: 'image/jpeg', bytes: 1, sha256: null };
}

describe('interpreting a message', () => {
  let aids: ReadingAids;
  let wording: Wording;
  let judgement: Judgement;

  before(async () => {
    aids = await packagedAids();
    const texts = loadWording({
      directory: packagedFile('config', 'replies'),
      language: 'id',
      timeZone: 'Asia/Jakarta',
    });
    if (!texts.ok) throw new Error('the packaged texts are faulty');
    wording = texts.wording;
    judgement = judgementOf(aids, wording);
  });

  const deedOf = (text: string, of: SenderContext, given: Partial<StoredMessage> = {}) =>
    interpret(saidOf(messageOf(text, given), of, aids), judgement);

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const { text, of, deed, given } of cases) {
        it(`${JSON.stringify(text)}${given === undefined ? '' : ` ${JSON.stringify(given)}`}: ${deed}`, () => {
          expect(told(deedOf(text, of, given))).to.equal(deed);
        });
      }
    });
  }

  it('notes what STOP and MULAI ask for', () => {
    const notesOf = (text: string) => {
      const deed = deedOf(text, stranger);
      return deed.do === 'answer' ? deed.notes : null;
    };
    expect([notesOf('STOP'), notesOf('MULAI'), notesOf('BANTUAN')]).to.deep.equal([
      { stopped: true },
      { stopped: false },
      {},
    ]);
  });

  it('notes what was asked for where the provider has answered', () => {
    const notesOf = (flag: string) => {
      const deed = deedOf('YES', two, { flags: [flag] });
      return deed.do === 'keep' ? deed.notes : null;
    };
    expect(['opt_out', 'opt_in', 'help'].map(notesOf)).to.deep.equal([
      { stopped: true },
      { stopped: false },
      undefined,
    ]);
  });

  it('keeps our own words that come back, and what machines answer, from who had a word of ours', () => {
    const acknowledgement = wording.render('acknowledgement', null, { trackingId: '9165816' });
    expect(told(deedOf(acknowledgement, one))).to.equal("keep: not a person's words: own_reply");
    expect(told(deedOf('Balasan otomatis: saya sedang cuti', one))).to.equal("keep: not a person's words: auto_reply");
    expect(told(deedOf(acknowledgement, stranger))).not.to.contain('keep');
  });

  it('finds the report that was sent before in almost the same words, if that is not long ago', () => {
    const text = 'Jln rusak parah di depan pasar Sukasada sdh 3 bulan';
    const sent = (minutesAgo: number) =>
      contextOf([
        ownTicket('1', { text: text.replace('Sukasada', 'Banjar'), receivedAtMs: startMs - minutesAgo * 60_000 }),
      ]);
    expect(told(deedOf(text, sent(5)))).to.equal('file, like 1');
    expect(told(deedOf(text, sent(61)))).to.equal('file');
  });

  it('is total, and lets no text go that is not in the deed: it is filed, follows up, or is answered or kept', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            'STATUS',
            'BELUM',
            'NILAI',
            '9165816',
            '#',
            '5',
            'STOP',
            'jalan',
            'rusak',
            'di',
            'Gianyar',
            ' ',
          ),
        )
        .map((words) => words.join(' ')),
    );
    const contexts = fc.constantFrom(stranger, one, two, place, info, inThread);
    fc.assert(
      fc.property(texts, contexts, (text, of) => {
        const deed = deedOf(text, of);
        const isFollowedUp = deed.do === 'follow_up' && (deed.kind === 'addition' || deed.kind === 'answer');
        if (isFollowedUp) expect(deed.text.trim()).not.to.equal('');
        expect(told(deed)).to.be.a('string').and.not.equal('');
      }),
      { numRuns: 500 },
    );
  });
});
