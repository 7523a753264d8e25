import * as z from 'zod';

/** The `tracker:` block for `adapter: embedded`, without `adapter`. */
export const configSchema = z.strictObject({
  /** SQLite file of its own; relative paths are from the working directory. */
  file: z.string().min(1).default('data/tracker.db'),
});

export type EmbeddedTrackerConfig = z.infer<typeof configSchema>;
