import { parseWith } from '../../../src/ports/parseWith.js';
import type { TrackerAdapter } from '../../../src/ports/tracker.js';
import { configSchema, type HttpTrackerConfig, secretsOf } from './config.js';
import { HttpTracker } from './tracker.js';

/** A tracker that speaks the gateway's own API (docs/tracker-api.openapi.json). */
export const httpTracker: TrackerAdapter<HttpTrackerConfig> = {
  name: 'http',
  parseConfig: (raw) => parseWith(configSchema, raw),
  secrets: secretsOf,
  create: (config, context) => new HttpTracker(config, context),
};
