import { parseWith } from '../../../src/ports/parseWith.js';
import type { TrackerAdapter } from '../../../src/ports/tracker.js';
import { configSchema, type EmbeddedTrackerConfig } from './config.js';
import { EmbeddedTracker } from './tracker.js';

export { openTicketDesk } from './desk.js';

/** Tickets in a SQLite file beside the gateway's, worked with the `tracker` command. */
export const embeddedTracker: TrackerAdapter<EmbeddedTrackerConfig> = {
  name: 'embedded',
  parseConfig: (raw) => parseWith(configSchema, raw),
  secrets: () => [],
  create: (config, context) => new EmbeddedTracker(config, context),
};
