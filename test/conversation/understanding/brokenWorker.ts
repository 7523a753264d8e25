import { parentPort } from 'node:worker_threads';

/** A reader that dies over `die`, never answers `hang`, and forgets `forget`; anything else it reads as its own text. */
parentPort?.on('message', (batch: string) => {
  const texts = JSON.parse(batch) as string[];
  if (texts.includes('die')) throw new TypeError('over a text');
  if (texts.includes('hang')) for (;;) Math.random();
  const readings = texts.filter((text) => text !== 'forget').map((text) => ({ text }));
  parentPort?.postMessage({ kind: 'readings', readings: JSON.stringify(readings) });
});
