import type { OpenQuestion } from '../ports/conversation.js';
import type { TextReading } from './understanding/read.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import { isNumber, wordsOf } from './understanding/words.js';

/** What is asked of a text to tell an answer from a report. */
interface Look {
  readonly reading: TextReading;
  /** How many words it has. */
  readonly length: number;
  /** It complains, wishes or asks, and of something else than the report that we asked about. */
  readonly hasOtherSubject: boolean;
  /** `lampu jalan mati juga di kab Gianyar`: it has a word in common with `jalan rusak`, and complains of one thing more. */
  readonly isOneMore: boolean;
}

interface Row {
  readonly when: (look: Look) => boolean;
  readonly isAnswer: boolean;
}

/** More words than these tell a story of their own. */
const longWords = 25;
/** So few say where something is, and hardly what is wrong with it. */
const shortWords = 8;

const ledByKeyword: Row = { when: ({ reading }) => reading.keyword !== null, isAnswer: false };
const emergency: Row = { when: ({ reading }) => reading.flags.includes('emergency'), isAnswer: false };

/**
 * The first row that fits decides; where none does the text is no answer. Commands never come here.
 *
 * - We asked for a place by ourselves, so in doubt a text is a report: only what holds a place or is short answers.
 * - The agency asked, and waits: in doubt a text is its answer, unless it is plainly about another matter elsewhere.
 */
const rows: Readonly<Record<OpenQuestion['about'], readonly Row[]>> = {
  place: [
    ledByKeyword,
    emergency,
    { when: ({ reading }) => reading.intent?.intent === 'unclear', isAnswer: false },
    { when: ({ length }) => length > longWords, isAnswer: false },
    { when: ({ hasOtherSubject, isOneMore }) => hasOtherSubject || isOneMore, isAnswer: false },
    { when: ({ reading }) => reading.locations.length > 0, isAnswer: true },
    { when: ({ length }) => length <= shortWords, isAnswer: true },
  ],
  needs_info: [
    ledByKeyword,
    emergency,
    { when: ({ reading, hasOtherSubject }) => hasOtherSubject && reading.locations.length > 0, isAnswer: false },
    { when: () => true, isAnswer: true },
  ],
};

/** Whether a text, which is no command, answers a question that is open. */
export function answersQuestion(
  { about, ticket }: OpenQuestion,
  text: string,
  reading: TextReading,
  vocabulary: Vocabulary,
): boolean {
  const words = wordsOf(text, vocabulary.lexicon);
  const subjects = subjectsOf(text, vocabulary);
  const saysMatter = reading.kind.kind !== 'unclassified';
  const isAlike = subjects.size === 0 || shareSubject(subjects, subjectsOf(ticket.text, vocabulary));
  const look: Look = {
    reading,
    length: words.filter((word) => !isNumber(word)).length,
    hasOtherSubject: saysMatter && !isAlike,
    isOneMore: saysMatter && words.some(({ meaning }) => meaning === 'juga' || meaning === 'also'),
  };
  return rows[about].find(({ when }) => when(look))?.isAnswer ?? false;
}

/** Shorter words are mostly particles. */
const shortestSubject = 4;

/**
 * Whether two texts have a word of weight in common: `jalannya rusak di desa Pejeng` goes with `jln rusak parah`. Where
 * there is no such word, as in `tidak tahu`, there is no other subject.
 */
function shareSubject(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((word) => other.has(word));
}

function subjectsOf(text: string, { lexicon, courtesy, negators, places }: Vocabulary): ReadonlySet<string> {
  const words = wordsOf(text, lexicon);
  const weighty = words.filter((word, index) => {
    if (isNumber(word) || word.stem.length < shortestSubject) return false;
    const isFiller = [courtesy, negators, places.cues, places.connectors].some((table) => table.at(words, index));
    return !isFiller && !empty.has(word.stem);
  });
  return new Set(weighty.map(({ stem }) => stem));
}

/** Words that any two complaints may share. */
const empty: ReadonlySet<string> = new Set([
  'yang',
  'dengan',
  'untuk',
  'pada',
  'dari',
  'sudah',
  'belum',
  'masih',
  'sejak',
  'hari',
  'minggu',
  'bulan',
  'tahun',
  'kami',
  'saya',
  'warga',
  'depan',
  'dekat',
  'ini',
  'itu',
]);
