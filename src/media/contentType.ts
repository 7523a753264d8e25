/**
 * What a file is by its first octets. What its sender says of it is not believed: a page of script named `image/jpeg` would
 * be opened by whoever works the ticket.
 */

interface Signature {
  readonly contentType: string;
  readonly at: number;
  /** In latin1. */
  readonly octets: string;
}

const signatures: readonly Signature[] = [
  { contentType: 'image/jpeg', at: 0, octets: '\xff\xd8\xff' },
  { contentType: 'image/png', at: 0, octets: '\x89PNG\r\n\x1a\n' },
  { contentType: 'image/gif', at: 0, octets: 'GIF87a' },
  { contentType: 'image/gif', at: 0, octets: 'GIF89a' },
  { contentType: 'image/webp', at: 8, octets: 'WEBP' },
  { contentType: 'application/pdf', at: 0, octets: '%PDF-' },
  { contentType: 'audio/ogg', at: 0, octets: 'OggS' },
  { contentType: 'audio/amr', at: 0, octets: '#!AMR' },
  { contentType: 'audio/mpeg', at: 0, octets: 'ID3' },
  { contentType: 'audio/mpeg', at: 0, octets: '\xff\xfb' },
  { contentType: 'audio/wav', at: 8, octets: 'WAVE' },
  // ISO base media: the brand tells them apart, ISO/IEC 14496-12 §4.3.
  { contentType: 'image/heic', at: 4, octets: 'ftyphei' },
  { contentType: 'image/heic', at: 4, octets: 'ftypmif1' },
  { contentType: 'video/3gpp', at: 4, octets: 'ftyp3g' },
  { contentType: 'audio/mp4', at: 4, octets: 'ftypM4A' },
  { contentType: 'video/quicktime', at: 4, octets: 'ftypqt' },
  { contentType: 'video/mp4', at: 4, octets: 'ftyp' },
];

/** All that can be recognised. Nothing among them runs when it is opened. */
export const knownContentTypes: readonly string[] = [...new Set(signatures.map(({ contentType }) => contentType))];

/** @returns null for what is none of `knownContentTypes` */
export function contentTypeOf(octets: Buffer): string | null {
  const found = signatures.find(
    ({ at, octets: wanted }) => octets.toString('latin1', at, at + wanted.length) === wanted,
  );
  return found?.contentType ?? null;
}
