import cron, { type Logger } from 'node-cron';
import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import type { Store } from '../ports/store.js';

export interface Job {
  readonly name: string;
  readonly schedule: string;
  /** @param stop asked for when the gateway stops: a long job ends soon after. */
  run(store: Store, wake: () => void, stop: AbortSignal): Promise<void>;
}

/** One transaction moves so many at most: at six in the morning there may be a night's worth of them. */
const noticesPerStep = 500;

/** What any gateway has to do. */
export const standingJobs: readonly Job[] = [
  {
    name: 'close overdue sets',
    schedule: '*/5 * * * * *',
    run: async (store, wake) => {
      if ((await store.closeOverdueSets(Date.now())) > 0) wake();
    },
  },
  {
    name: 'release notices',
    schedule: '*/5 * * * * *',
    run: async (store, wake) => {
      for (let taken = noticesPerStep; taken === noticesPerStep; ) {
        taken = await store.releaseNotices(Date.now(), noticesPerStep);
        if (taken > 0) wake();
      }
    },
  },
  { name: 'tidy', schedule: '17 * * * *', run: (store) => store.tidy(Date.now()) },
];

/**
 * Starts what has to happen from time to time.
 * @param isOurs whether it is this node that does it: one of all.
 * @returns what stops it, and resolves when none runs any more.
 */
export function startJobs(
  store: Store,
  wake: () => void,
  log: Log,
  isOurs: () => Promise<boolean>,
  jobs: readonly Job[] = standingJobs,
): () => Promise<void> {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  const runIfOurs = async (job: Job): Promise<void> => {
    if (await isOurs()) await job.run(store, wake, stop.signal);
  };
  const runOnce = async (job: Job): Promise<void> => {
    const run = runIfOurs(job).catch((error: unknown) => {
      log.error({ job: job.name, error: messageOf(error) }, 'a job failed');
    });
    running.add(run);
    await run;
    running.delete(run);
  };
  const tasks = jobs.map((job) =>
    cron.schedule(job.schedule, () => runOnce(job), { noOverlap: true, logger: cronLog(job.name, log) }),
  );
  return async () => {
    stop.abort();
    for (const task of tasks) await task.destroy();
    await Promise.all(running);
  };
}

/** node-cron would write lines of its own, coloured, past our log: what it says goes through ours. */
function cronLog(job: string, log: Log): Logger {
  return {
    debug: (said) => log.debug({ job, said: messageOf(said) }, 'scheduler'),
    info: (said) => log.info({ job, said }, 'scheduler'),
    warn: (said) => log.warn({ job, said }, 'scheduler'),
    error: (said, error) => log.error({ job, said: messageOf(said), error: messageOf(error ?? said) }, 'scheduler'),
  };
}
