import { packagedFile } from '../../../src/config/env.js';
import { type Knowledge, loadKnowledge } from '../../../src/conversation/understanding/load.js';
import { readAreas } from '../../../src/conversation/understanding/places/areas.js';
import { Gazetteer } from '../../../src/conversation/understanding/places/gazetteer.js';
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
  packaged ??= readAids();
  return packaged;
}

async function readAids(): Promise<ReadingAids> {
  const knowledge = packagedKnowledge();
  return { ...knowledge, gazetteer: new Gazetteer(await readAreas(), knowledge.vocabulary.places.aliases) };
}
