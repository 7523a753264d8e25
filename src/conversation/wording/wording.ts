import { type Status, statuses } from '../../domain/status.js';
import type { DateWriter } from './dates.js';
import { cutToSeptets, septetsOf, toGsm7 } from './fit.js';
import type { Form, Template } from './template.js';
import {
  dueSentenceOf,
  oneSegmentSeptets,
  type ReplyArguments,
  type ReplyKey,
  type StatusArguments,
  statusesWithDueDate,
  textRules,
  twoSegmentsSeptets,
} from './texts.js';

/** The checked texts of one language. */
export interface LanguageTexts {
  /** By key, such as `statusWithAgency.forwarded`. Complete. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly dates: DateWriter;
}

/** A tracking id that is what the texts were measured for, or none: nothing to clean, nothing to cut. */
const ordinaryTrackingId = /^[0-9A-Za-z-]{0,12}$/;

const statusOfKey = new Map<string, Status>(statuses.map((status) => [`status.${status}`, status]));

/** Writes the replies. Whatever the arguments hold, a reply is GSM-7 and within its segments. */
export class Wording {
  readonly languages: readonly string[];
  readonly #default: LanguageTexts;

  constructor(
    private readonly texts: ReadonlyMap<string, LanguageTexts>,
    defaultLanguage: string,
  ) {
    const own = texts.get(defaultLanguage);
    if (own === undefined) throw new Error(`the wording has no texts in its default language ${defaultLanguage}`);
    this.#default = own;
    this.languages = [...texts.keys()];
  }

  /** All that the gateway may say, in every language; but not what names an agency, in whose name anything may stand. */
  forms(): Form[] {
    const rules = textRules.filter(({ isFrame, arguments: names }) => isFrame !== true && !names.includes('agency'));
    return [...this.texts.values()].flatMap(({ templates }) =>
      rules.flatMap(({ path, due }) => {
        const alone = templates.get(path.join('.'))?.forms() ?? [];
        const sentences = due === undefined ? [] : (templates.get(due)?.forms() ?? []);
        return [...alone, ...alone.flatMap((form) => sentences.map((sentence) => [...form, ...sentence]))];
      }),
    );
  }

  /** A due date that takes as much room as any in this language, for a sample. ISO 8601. */
  longestDueAt(language: string): string {
    return (this.texts.get(language) ?? this.#default).dates.longestIso();
  }

  /**
   * @param language null, or one that has no texts, gives the configured one.
   * @returns one GSM-7 segment; at most two where a status comes with an agency's message.
   */
  render<Key extends ReplyKey>(key: Key, language: string | null, args: ReplyArguments<Key>): string {
    const texts = (language === null ? undefined : this.texts.get(language)) ?? this.#default;
    const status = statusOfKey.get(key);
    // The key decides the arguments' type, which the compiler cannot follow into the branches.
    return status === undefined ? renderOwn(texts, key, args) : renderStatus(texts, status, args as StatusArguments);
  }
}

/** The arguments of all texts that are no status, each where the text names it. */
interface OwnValues {
  readonly trackingId?: string;
  readonly otherId?: string;
  readonly rating?: number;
  readonly dueAt?: string | null;
}

function renderOwn(texts: LanguageTexts, key: string, { trackingId, otherId, rating, dueAt }: OwnValues): string {
  const due = dueSentenceOf.get(key);
  const dueDate = dueAt === undefined || dueAt === null ? null : texts.dates.write(dueAt);
  const sentence = write(texts, key, {
    trackingId: idAsMeasured(trackingId),
    otherId: idAsMeasured(otherId),
    rating: String(rating ?? ''),
    dueDate: dueDate ?? '',
  });
  const text = due === undefined || dueDate === null ? sentence : `${sentence} ${write(texts, due, { dueDate })}`;
  return isOrdinary(trackingId) && isOrdinary(otherId) ? text : cutToSeptets(text, oneSegmentSeptets);
}

function isOrdinary(id: string | undefined): boolean {
  return id === undefined || ordinaryTrackingId.test(id);
}

function idAsMeasured(id = ''): string {
  return isOrdinary(id) ? id : toGsm7(id);
}

function renderStatus(texts: LanguageTexts, status: Status, args: StatusArguments): string {
  const trackingId = toGsm7(args.trackingId);
  const due = writeDueDate(texts, status, args.dueAt);
  const sentence = writeSentence(texts, status, trackingId, toGsm7(args.agency ?? ''), due);
  const base = cutToSeptets(joined(sentence, due), oneSegmentSeptets);
  const written = toGsm7(args.message ?? '');
  if (written === '') return base;
  const message = due === '' ? written : withFullStop(written);
  const frame = write(texts, 'agencyMessage', { message: '' });
  const room = twoSegmentsSeptets - septetsOf(base) - 1 - septetsOf(frame);
  const words = write(texts, 'agencyMessage', { message: cutToSeptets(message, room) });
  return cutToSeptets(joined(sentence, words, due), twoSegmentsSeptets);
}

/** A sentence of ours follows: `… tiba besok Batas waktu: …` would be read as one. */
function withFullStop(message: string): string {
  return /[.!?]["')\]]*$/.test(message) ? message : `${message.replace(/[\s,;:-]+$/, '')}.`;
}

/** The agency's name may take what the rest of the segment leaves: at least what the texts were measured for. */
function writeSentence(texts: LanguageTexts, status: Status, trackingId: string, agency: string, due: string): string {
  const key = `statusWithAgency.${status}`;
  if (agency === '' || !texts.templates.has(key)) return write(texts, `status.${status}`, { trackingId });
  const rest = joined(write(texts, key, { trackingId, agency: '' }), due);
  const room = Math.max(0, oneSegmentSeptets - septetsOf(rest));
  return write(texts, key, { trackingId, agency: cutToSeptets(agency, room) });
}

function writeDueDate(texts: LanguageTexts, status: Status, dueAt: string | null | undefined): string {
  if (dueAt === null || dueAt === undefined || !statusesWithDueDate.has(status)) return '';
  const dueDate = texts.dates.write(dueAt);
  return dueDate === null ? '' : write(texts, 'dueDate', { dueDate });
}

function joined(...sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function write(texts: LanguageTexts, key: string, values: Parameters<Template['render']>[0]): string {
  return texts.templates.get(key)?.render(values) ?? '';
}
