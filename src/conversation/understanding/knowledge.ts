import { compileKeywords, type KeywordRegistry } from './keywords.js';
import type { KeywordsData } from './keywordsFile.js';
import { compileVocabulary, type Vocabulary } from './vocabulary.js';
import type { VocabularyData } from './vocabularyFile.js';

/** What the gateway knows about texts, from files. */
export interface Knowledge {
  readonly keywords: KeywordRegistry;
  readonly vocabulary: Vocabulary;
  /** What both were made of. Plain data: another thread can be given it. */
  readonly data: KnowledgeData;
}

export interface KnowledgeData {
  readonly keywords: KeywordsData;
  readonly vocabulary: VocabularyData;
}

export function compileKnowledge(data: KnowledgeData): Knowledge {
  return { keywords: compileKeywords(data.keywords), vocabulary: compileVocabulary(data.vocabulary), data };
}
