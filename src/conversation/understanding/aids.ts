import { messageOf } from '../../domain/messageOf.js';
import type { Knowledge } from './knowledge.js';
import { type Areas, readAreas } from './places/areas.js';
import { Gazetteer } from './places/gazetteer.js';
import type { ReadingAids } from './read.js';

const noAreas: Areas = { provinces: [], regencies: [], districts: [], villages: [] };

/**
 * What a text is read with: the knowledge and the list of places. Should the list be unreadable, `onFault` hears of it,
 * and texts are read without candidates for their place: a report without them is better than none.
 */
export async function readingAids(
  knowledge: Knowledge,
  onFault: (cause: string) => void,
  areas: () => Promise<Areas> = readAreas,
): Promise<ReadingAids> {
  const { aliases } = knowledge.vocabulary.places;
  try {
    return { ...knowledge, gazetteer: new Gazetteer(await areas(), aliases) };
  } catch (error) {
    onFault(messageOf(error));
    return { ...knowledge, gazetteer: new Gazetteer(noAreas, aliases) };
  }
}
