import type { Secrecy } from './names.js';
import type { PhraseTable } from './phraseTable.js';
import type { Vocabulary } from './vocabulary.js';
import { isNumber, type Word } from './words.js';

/** How far before an emergency word its context may stand: `alat pemadam kebakaran`, `korban kecelakaan`. */
const contextWords = 2;

/** Whether somebody may be in danger now. In doubt it is so: the citizen is told of 112, and nothing else changes. */
export function isEmergency(words: readonly Word[], { emergency }: Vocabulary): boolean {
  const { words: cues, notAfter, notBefore, past } = emergency;
  let isNow = false;
  for (let index = 0; index < words.length; index += 1) {
    if (past.at(words, index) !== null) return false;
    const cue = cues.at(words, index);
    if (cue === null || endsBefore(notAfter, words, index, contextWords)) continue;
    if (notBefore.at(words, index + cue.length) === null) isNow = true;
  }
  return isNow;
}

function endsBefore(table: PhraseTable<true>, words: readonly Word[], index: number, reachWords: number): boolean {
  for (let at = Math.max(0, index - reachWords); at < index; at += 1) if (table.at(words, at) !== null) return true;
  return false;
}

const bracketedTest = /[([{]\s*(?:tes|test|testing|uji coba)\s*[)\]}]/i;

/** Whether a text only tries whether somebody is there: `tes 123`, `ADUAN (testing)`. */
export function isTest(words: readonly Word[], text: string, { test, courtesy }: Vocabulary): boolean {
  if (bracketedTest.test(text)) return true;
  let tests = 0;
  for (let index = 0; index < words.length; ) {
    const word = words[index];
    const trying = test.words.at(words, index);
    const passed = trying ?? test.companions.at(words, index) ?? courtesy.at(words, index);
    if (passed === null && word !== undefined && !isNumber(word)) return false;
    if (trying !== null) tests += 1;
    index += passed?.length ?? 1;
  }
  return tests > 0;
}

/** Whether a text is nothing but words of courtesy: `selamat pagi pak`, `terima kasih`. */
export function isGreeting(words: readonly Word[], { courtesy }: Vocabulary): boolean {
  for (let index = 0; index < words.length; ) {
    const passed = courtesy.at(words, index);
    if (passed === null) return false;
    index += passed.length;
  }
  return words.length > 0;
}

/** What is asked for in a sentence: `tolong rahasiakan identitas saya`, `saya mau lapor anonim`. */
export function secrecyAskedFor(words: readonly Word[], { anonymity, visibility }: Vocabulary): readonly Secrecy[] {
  const asked: Secrecy[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const phrase = visibility.at(words, index);
    if (phrase !== null) asked.push(phrase.value);
    if (anonymity.verbs.at(words, index) !== null && isNear(anonymity.objects, words, index)) asked.push('anonymous');
  }
  return asked;
}

const anonymityReachWords = 5;

function isNear(table: PhraseTable<true>, words: readonly Word[], index: number): boolean {
  for (let at = index - anonymityReachWords; at <= index + anonymityReachWords; at += 1) {
    if (at !== index && table.at(words, at) !== null) return true;
  }
  return false;
}
