/**
 * What a file is by its first octets. What its sender says of it is not believed: a page of script named `image/jpeg` would
 * be opened by whoever works the ticket.
 */

interface Signature {
  readonly contentType: string;
  /** In latin1; `?` is any octet. */
  readonly octets: string;
}

const signatures: readonly Signature[] = [
  { contentType: 'image/jpeg', octets: '\xff\xd8\xff' },
  { contentType: 'image/png', octets: '\x89PNG\r\n\x1a\n' },
  { contentType: 'image/gif', octets: 'GIF87a' },
  { contentType: 'image/gif', octets: 'GIF89a' },
  { contentType: 'image/webp', octets: 'RIFF????WEBP' },
  { contentType: 'application/pdf', octets: '%PDF-' },
  { contentType: 'audio/ogg', octets: 'OggS' },
  { contentType: 'audio/amr', octets: '#!AMR' },
  { contentType: 'audio/mpeg', octets: 'ID3' },
  { contentType: 'audio/mpeg', octets: '\xff\xfb' },
  { contentType: 'audio/wav', octets: 'RIFF????WAVE' },
  // ISO base media: the brand tells them apart, ISO/IEC 14496-12 §4.3. Before `ftyp` is the length of a list of brands, which is short.
  { contentType: 'image/heic', octets: '\0\0??ftyphei' },
  { contentType: 'image/heic', octets: '\0\0??ftypmif1' },
  { contentType: 'video/3gpp', octets: '\0\0??ftyp3g' },
  { contentType: 'audio/mp4', octets: '\0\0??ftypM4A' },
  { contentType: 'video/quicktime', octets: '\0\0??ftypqt' },
  { contentType: 'video/mp4', octets: '\0\0??ftyp' },
];

const longest = Math.max(...signatures.map(({ octets }) => octets.length));

/** All that can be recognised. Nothing among them runs when it is opened. */
export const knownContentTypes: readonly string[] = [...new Set(signatures.map(({ contentType }) => contentType))];

/** @returns null for what is none of `knownContentTypes` */
export function contentTypeOf(octets: Buffer): string | null {
  const start = octets.toString('latin1', 0, longest);
  const found = signatures.find(({ octets: wanted }) =>
    [...wanted].every((one, at) => one === '?' || one === start[at]),
  );
  return found?.contentType ?? null;
}
