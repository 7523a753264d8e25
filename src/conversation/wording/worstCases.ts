import { statuses } from '../../domain/status.js';
import type { ReplyArguments, StatusArguments } from './texts.js';
import { replyKeys } from './texts.js';
import type { Wording } from './wording.js';

/** A reply at its longest, as it would be sent. */
export interface WorstCase {
  /** The name of the text, such as `statusWithAgency.forwarded`. */
  readonly key: string;
  readonly text: string;
  /** What an agency wrote is in it, cut to two segments; any other reply is one. */
  readonly hasMessage: boolean;
}

/** As long as the texts are measured for, and such as they are in life. */
const longest = {
  trackingId: '916581600000',
  otherId: '916581599999',
  agency: 'Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Tanah Laut',
  message:
    'Petugas sudah memeriksa lokasi bersama perangkat desa. Perbaikan masuk rencana kerja bulan depan karena alat berat ' +
    'masih dipakai di kecamatan lain. Untuk sementara kami pasang rambu dan menimbun lubang yang paling dalam. Mohon ' +
    'berhati-hati bila lewat pada malam hari, dan kabari kami bila rambunya hilang.',
  rating: 5,
} as const;

/** Every reply in one language at its longest, in the order of the table of texts. */
export function worstCasesIn(wording: Wording, language: string): WorstCase[] {
  const dueAt = wording.longestDueAt(language);
  const ownTexts = replyKeys.flatMap((key): WorstCase[] => {
    if (key.startsWith('status.')) return [];
    const args: ReplyArguments<typeof key> = { ...longest, dueAt };
    return [{ key, text: wording.render(key, language, args), hasMessage: false }];
  });
  const ofStatuses = statuses.flatMap((status): WorstCase[] => {
    const { trackingId, agency, message } = longest;
    const render = (args: StatusArguments) => wording.render(`status.${status}`, language, args);
    const bare = render({ trackingId, dueAt });
    const withAgency = render({ trackingId, agency, dueAt });
    const named =
      withAgency === bare ? [] : [{ key: `statusWithAgency.${status}`, text: withAgency, hasMessage: false }];
    const withMessage = render({ trackingId, agency, message, dueAt });
    return [
      { key: `status.${status}`, text: bare, hasMessage: false },
      ...named,
      { key: `${named[0]?.key ?? `status.${status}`} + agencyMessage`, text: withMessage, hasMessage: true },
    ];
  });
  return [...ownTexts, ...ofStatuses];
}
