import { expect } from 'chai';
import fc from 'fast-check';
import { contentTypeOf, knownContentTypes } from '../../src/media/contentType.js';

/** The beginnings of real files, in latin1. */
const files: readonly { readonly type: string | null; readonly begins: string }[] = [
  { type: 'image/jpeg', begins: '\xff\xd8\xff\xe0\x00\x10JFIF' },
  { type: 'image/png', begins: '\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR' },
  { type: 'image/gif', begins: 'GIF89a\x01\x00' },
  { type: 'image/webp', begins: 'RIFF\x24\x00\x00\x00WEBPVP8 ' },
  { type: 'audio/wav', begins: 'RIFF\x24\x00\x00\x00WAVEfmt ' },
  { type: 'image/heic', begins: '\x00\x00\x00\x18ftypheic' },
  { type: 'image/heic', begins: '\x00\x00\x00\x18ftypmif1' },
  { type: 'video/mp4', begins: '\x00\x00\x00\x20ftypisom' },
  { type: 'video/3gpp', begins: '\x00\x00\x00\x18ftyp3gp5' },
  { type: 'video/quicktime', begins: '\x00\x00\x00\x14ftypqt  ' },
  { type: 'audio/mp4', begins: '\x00\x00\x00\x20ftypM4A ' },
  { type: 'audio/ogg', begins: 'OggS\x00\x02' },
  { type: 'audio/amr', begins: '#!AMR\n' },
  { type: 'audio/mpeg', begins: 'ID3\x04\x00' },
  { type: 'application/pdf', begins: '%PDF-1.7' },
  { type: null, begins: '<html><script>' },
  { type: null, begins: '<?xml version="1.0"?><svg>' },
  { type: null, begins: '<script>WEBP' },
  { type: null, begins: '<script>WAVE' },
  { type: null, begins: '<!--ftypmp42' },
  { type: null, begins: 'RIFF' },
  { type: null, begins: 'MZ\x90\x00' },
  { type: null, begins: 'PK\x03\x04' },
  { type: null, begins: '' },
];

describe('what a file is', () => {
  for (const { type, begins } of files) {
    it(`${type ?? 'unknown'}: ${JSON.stringify(begins.slice(0, 14))}`, () => {
      expect(contentTypeOf(Buffer.from(begins, 'latin1'))).to.equal(type);
    });
  }

  it('is one of a few, whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const type = contentTypeOf(Buffer.from(octets));
        if (type !== null) expect(knownContentTypes).to.include(type);
      }),
    );
  });
});
