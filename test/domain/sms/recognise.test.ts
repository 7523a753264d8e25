import { expect } from 'chai';
import fc from 'fast-check';
import { decodeText, type TextEncoding } from '../../../src/domain/sms/decode.js';
import { decodeGsm7, encodeGsm7 } from '../../../src/domain/sms/gsm7.js';
import { isPlainlyAsDeclared, provenEncoding } from '../../../src/domain/sms/recognise.js';

type Proven = ReturnType<typeof provenEncoding>;

function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function gsm7(text: string): Buffer {
  return encodeGsm7(text) ?? Buffer.alloc(0);
}

const complaint = 'Jalan rusak di depan kantor camat';

describe('octets that prove another alphabet', () => {
  const cases: readonly { label: string; declared: TextEncoding; octets: Buffer; proven: Proven; text: string }[] = [
    { label: 'UCS-2 as GSM 03.38', declared: 'gsm7', octets: ucs2(complaint), proven: 'ucs2', text: complaint },
    { label: 'UCS-2 as Latin-1', declared: 'latin1', octets: ucs2('Jalan'), proven: 'ucs2', text: 'Jalan' },
    {
      label: 'UCS-2 with an emoji as GSM 03.38',
      declared: 'gsm7',
      octets: ucs2('Banjir 😀'),
      proven: 'ucs2',
      text: 'Banjir 😀',
    },
    {
      label: 'UCS-2 the wrong way round as GSM 03.38',
      declared: 'gsm7',
      octets: Buffer.from(complaint, 'utf16le'),
      proven: 'utf16le',
      text: complaint,
    },
    {
      label: 'UCS-2 the wrong way round',
      declared: 'ucs2',
      octets: Buffer.from(complaint, 'utf16le'),
      proven: 'utf16le',
      text: complaint,
    },
    {
      label: 'UTF-8 as GSM 03.38',
      declared: 'gsm7',
      octets: Buffer.from('Jalan “rusak” 😀'),
      proven: 'utf8',
      text: 'Jalan “rusak” 😀',
    },
    { label: 'UTF-8 as IA5', declared: 'ascii', octets: Buffer.from('café'), proven: 'utf8', text: 'café' },
    { label: 'UTF-8 as Latin-1', declared: 'latin1', octets: Buffer.from('café'), proven: 'utf8', text: 'café' },
    {
      label: 'UTF-8 as UCS-2',
      declared: 'ucs2',
      octets: Buffer.from('Jalan “rusak” sekali'),
      proven: 'utf8',
      text: 'Jalan “rusak” sekali',
    },
    {
      label: 'GSM 03.38 as UCS-2',
      declared: 'ucs2',
      octets: Buffer.from('Jalan rusak di kantor camat.'),
      proven: 'gsm7',
      text: 'Jalan rusak di kantor camat.',
    },
    { label: 'an odd count as UCS-2', declared: 'ucs2', octets: Buffer.from('Lapor'), proven: 'gsm7', text: 'Lapor' },
    {
      label: 'ASCII as UCS-2',
      declared: 'ucs2',
      octets: Buffer.from('kirim ke budi_1@contoh.id'),
      proven: 'ascii',
      text: 'kirim ke budi_1@contoh.id',
    },
    {
      label: 'GSM 03.38 as IA5',
      declared: 'ascii',
      octets: gsm7('budi@contoh.id'),
      proven: 'gsm7',
      text: 'budi@contoh.id',
    },
  ];
  for (const { label, declared, octets, proven, text } of cases) {
    it(`recognises ${label}`, () => {
      expect(isPlainlyAsDeclared(declared, octets)).to.equal(false);
      expect(provenEncoding(declared, octets, false)).to.equal(proven);
      expect(decodeText(proven ?? declared, octets)).to.equal(text);
    });
  }

  it('recognises UTF-8 that a long message cuts inside a character, at both ends', () => {
    const octets = Buffer.from('”Jalan “rusak” sekali😀').subarray(1, -1);
    expect(provenEncoding('gsm7', octets, true)).to.equal('utf8');
    expect(provenEncoding('gsm7', octets, false)).to.equal(null);
  });
});

describe('octets that prove nothing', () => {
  const genuine: readonly { label: string; declared: TextEncoding; octets: Buffer }[] = [
    { label: 'nothing', declared: 'gsm7', octets: Buffer.alloc(0) },
    { label: 'a text with @ first', declared: 'gsm7', octets: gsm7('@lapor1708 jalan rusak') },
    { label: 'some @', declared: 'gsm7', octets: gsm7('@a@b@c') },
    { label: 'nothing but @', declared: 'gsm7', octets: gsm7('@@@@@@@@@@') },
    { label: 'an address', declared: 'gsm7', octets: gsm7('a@b.id') },
    { label: 'Latin-1', declared: 'latin1', octets: Buffer.from('Pelayanan café çà et là', 'latin1') },
    {
      label: 'Latin-1 as GSM 03.38, which could be anything',
      declared: 'gsm7',
      octets: Buffer.from('caf\xe9', 'latin1'),
    },
    { label: 'noise', declared: 'gsm7', octets: Buffer.from('f7c3287f00ff10', 'hex') },
    {
      label: 'signs of the alphabet after @, which are control codes in UCS-2',
      declared: 'gsm7',
      octets: Buffer.from('0001000200030004', 'hex'),
    },
    { label: 'two ideographs whose octets are letters', declared: 'ucs2', octets: ucs2('慮杵') },
    { label: 'half an ideograph whose octet is a letter', declared: 'ucs2', octets: Buffer.from('A') },
    { label: 'Chinese', declared: 'ucs2', octets: ucs2('村里的路坏了请尽快修理谢谢') },
    { label: 'Japanese', declared: 'ucs2', octets: ucs2('こんにちは、道が壊れています') },
    { label: 'Arabic', declared: 'ucs2', octets: ucs2('الطريق مكسور أمام المكتب') },
    { label: 'Javanese script', declared: 'ucs2', octets: ucs2('ꦢꦭꦤ꧀ꦫꦸꦱꦏ꧀') },
    { label: 'emoji alone', declared: 'ucs2', octets: ucs2('😀😡🙏🚧🚧🚧') },
    { label: 'Indonesian in UCS-2', declared: 'ucs2', octets: ucs2(complaint) },
    { label: 'half a character more', declared: 'ucs2', octets: Buffer.from('004a0061006c0061006e00', 'hex') },
    { label: 'UTF-8, which nobody declares by mistake', declared: 'utf8', octets: ucs2(complaint) },
  ];
  for (const { label, declared, octets } of genuine) {
    it(`leaves ${label} as declared`, () => {
      expect(provenEncoding(declared, octets, false)).to.equal(null);
      expect(provenEncoding(declared, octets, true)).to.equal(null);
    });
  }

  const words =
    'lapor jalan rusak parah di desa sukamaju kec. cikarang kab. bekasi mohon segera diperbaiki pak bupati banjir got mampet lampu mati 3 hari puskesmas tutup bansos tdk tepat sasaran tgl 12/11 jam 09.30 rp 50.000 @ $ _ & ? ! ( ) - : ; " \' # % [ ] { } ~ ^ | \\ € no. hp 0812'.split(
      ' ',
    );
  const texts = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 40 }).map((each) => each.join(' '));

  it('takes no Indonesian text in GSM 03.38 for anything else, whole or cut anywhere', () => {
    fc.assert(
      fc.property(texts, fc.nat(400), fc.boolean(), (text, cut, isFragment) => {
        const octets = gsm7(text);
        const part = octets.subarray(isFragment ? cut % octets.length : 0);
        expect(provenEncoding('gsm7', part, isFragment)).to.equal(null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no text in UCS-2 for anything else', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('', '😀', '路坏了', '“', '\n'), (text, other) => {
        expect(provenEncoding('ucs2', ucs2(`${other}${text}`), false)).to.equal(null);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no random septets for anything else, but where @ is every other letter', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 160, max: 0x7f }), (octets) => {
        const every = (rest: number) => octets.every((octet, index) => index % 2 !== rest || octet === 0);
        if (!every(0) && !every(1)) expect(provenEncoding('gsm7', octets, false)).to.equal(null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws, and what it names can be read', () => {
    const declared = fc.constantFrom<TextEncoding>('gsm7', 'ascii', 'latin1', 'ucs2', 'utf8');
    fc.assert(
      fc.property(declared, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (encoding, octets, isFragment) => {
        const proven = provenEncoding(encoding, octets, isFragment);
        if (isPlainlyAsDeclared(encoding, octets)) expect(proven).to.equal(null);
        expect(decodeText(proven ?? encoding, octets).isWellFormed()).to.equal(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads the whole alphabet as itself', () => {
    const all = Buffer.from(Array.from({ length: 0x80 }, (_, septet) => septet));
    expect(provenEncoding('gsm7', all, false)).to.equal(null);
    expect(decodeGsm7(all)).to.have.length(127);
  });
});
