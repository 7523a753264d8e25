import { packagedFile } from '../../../src/config/env.js';
import { readingAids } from '../../../src/conversation/understanding/aids.js';
import type { Knowledge } from '../../../src/conversation/understanding/knowledge.js';
import { loadKnowledge } from '../../../src/conversation/understanding/load.js';
import type { ReadingAids } from '../../../src/conversation/understanding/read.js';

/** What ships with the package. */
export function packagedKnowledge(): Knowledge {
  const loaded = loadKnowledge({
    keywords: packagedFile('config', 'keywords.yaml'),
    vocabulary: packagedFile('config', 'vocabulary.yaml'),
  });
  if (loaded.ok) return loaded.knowledge;
  throw new Error(loaded.faults.map((fault) => `${fault.file}:${fault.line} ${fault.key} ${fault.message}`).join('\n'));
}

let packaged: Promise<ReadingAids> | null = null;

/** The same, with the list of places; read once for all tests. */
export function packagedAids(): Promise<ReadingAids> {
  packaged ??= readingAids(packagedKnowledge(), (cause) => {
    throw new Error(cause);
  });
  return packaged;
}
