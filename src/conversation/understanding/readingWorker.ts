import { parentPort, workerData } from 'node:worker_threads';
import { readingAids } from './aids.js';
import { compileKnowledge, type KnowledgeData } from './knowledge.js';
import { readText } from './read.js';

/** The inside of `ReadingThread`: gets a JSON list of texts, gives one of readings, batch for batch in order. */
export type Answer =
  | { readonly kind: 'readings'; readonly readings: string }
  | { readonly kind: 'fault'; readonly cause: string };

const port = parentPort;
if (port === null) throw new Error('readingWorker.js is run by ReadingThread');

const tell = (answer: Answer): void => port.postMessage(answer);
const aids = readingAids(compileKnowledge(workerData as KnowledgeData), (cause) => tell({ kind: 'fault', cause }));

port.on('message', (texts: string) => {
  void aids.then((known) => {
    const readings = (JSON.parse(texts) as string[]).map((text) => readText(text, known));
    tell({ kind: 'readings', readings: JSON.stringify(readings) });
  });
});
