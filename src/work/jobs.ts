import cron from 'node-cron';
import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import type { Store } from '../ports/store.js';

interface Job {
  readonly name: string;
  readonly schedule: string;
  run(store: Store, wake: () => void): Promise<void>;
}

const jobs: readonly Job[] = [
  {
    name: 'close overdue sets',
    schedule: '*/5 * * * * *',
    run: async (store, wake) => {
      if ((await store.closeOverdueSets(Date.now())) > 0) wake();
    },
  },
  { name: 'tidy', schedule: '17 * * * *', run: (store) => store.tidy(Date.now()) },
];

/** Starts what has to happen from time to time. @returns what stops it. */
export function startJobs(store: Store, wake: () => void, log: Log): () => Promise<void> {
  const tasks = jobs.map((job) =>
    cron.schedule(
      job.schedule,
      () =>
        job.run(store, wake).catch((error: unknown) => {
          log.error({ job: job.name, error: messageOf(error) }, 'a job failed');
        }),
      { noOverlap: true },
    ),
  );
  return async () => {
    for (const task of tasks) await task.destroy();
  };
}
