import { expect } from 'chai';
import fc from 'fast-check';
import { decodeText, textEncodings } from '../../../src/domain/sms/decode.js';
import { countSeptets, decodeGsm7, encodeGsm7, looksLikeGsm7, simplify } from '../../../src/domain/sms/gsm7.js';

describe('GSM 03.38', () => {
  const decoded = [
    { label: 'letters and digits as in ASCII', hex: '4c61706f722031373038', text: 'Lapor 1708' },
    { label: '@ is 0, _ is 0x11, $ is 2', hex: '001102', text: '@_$' },
    { label: 'the extension table', hex: '1b281b291b651b3c1b3e1b3d1b401b2f1b14', text: '{}€[]~|\\^' },
    { label: 'an unknown escape shows the basic letter', hex: '1b41', text: 'A' },
    { label: 'a double escape is a space', hex: '1b1b', text: ' ' },
    { label: 'an escape at the end is dropped', hex: '411b', text: 'A' },
    { label: 'a high bit is dropped', hex: 'c1', text: 'A' },
    { label: 'a line break', hex: '610a62', text: 'a\nb' },
    { label: 'nothing', hex: '', text: '' },
  ];
  for (const { label, hex, text } of decoded) {
    it(`decodes ${label}`, () => expect(decodeGsm7(Buffer.from(hex, 'hex'))).to.equal(text));
  }

  it('decodes what it encodes', () => {
    const alphabet = decodeGsm7(
      Buffer.from(Array.from({ length: 128 }, (_, septet) => septet).filter((s) => s !== 0x1b)),
    );
    const letters = fc.constantFrom(...alphabet, '€', '{', '}', '[', ']', '\\', '~', '|', '^');
    fc.assert(
      fc.property(fc.array(letters), (characters) => {
        const text = characters.join('');
        const octets = encodeGsm7(text);
        expect(octets).to.not.equal(null);
        expect(decodeGsm7(octets ?? Buffer.alloc(0))).to.equal(text);
        expect(countSeptets(text)).to.equal(octets?.length);
      }),
    );
  });

  it('has no septets for what it cannot say', () => {
    expect(encodeGsm7('日')).to.equal(null);
    expect(countSeptets('😀')).to.equal(null);
    expect(encodeGsm7('\u001b')).to.equal(null);
  });

  it('makes fancy punctuation plain', () => {
    expect(simplify('“Jalan” – ‘rusak’…\u00a0日')).to.equal('"Jalan" - \'rusak\'... 日');
  });

  it('knows octets that are no septets', () => {
    expect(looksLikeGsm7(Buffer.from([0x7f, 0]))).to.equal(true);
    expect(looksLikeGsm7(Buffer.from([0x41, 0x80]))).to.equal(false);
  });
});

describe('decoding a short message', () => {
  const cases = [
    { encoding: 'ascii', hex: '40245f7b7d', text: '@$_{}' },
    { encoding: 'latin1', hex: 'e9406e', text: 'é@n' },
    { encoding: 'ucs2', hex: '004aD83DDE00', text: 'J😀' },
    { encoding: 'ucs2', hex: 'D83D', text: '\ufffd' },
    { encoding: 'ucs2', hex: '004a00', text: 'J\ufffd' },
    { encoding: 'utf8', hex: 'c3a9', text: 'é' },
  ] as const;
  for (const { encoding, hex, text } of cases) {
    it(`${encoding} ${hex}`, () => expect(decodeText(encoding, Buffer.from(hex, 'hex'))).to.equal(text));
  }

  it('gives some well-formed text for any octets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...textEncodings), fc.uint8Array({ maxLength: 300 }), (encoding, octets) => {
        expect(decodeText(encoding, octets).isWellFormed()).to.equal(true);
      }),
    );
  });
});
