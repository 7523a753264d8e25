import type { LoadResult } from '../generator/load.js';
import { serve } from '../worker.js';
import { postWebhooks, type WebhookPlan } from './load.js';

/** The aggregator as a process of its own, so that its work is not done on the thread that is measured. */
export type WebhookCommands = {
  run(plan: WebhookPlan): Promise<LoadResult>;
};

serve<WebhookCommands>({ run: postWebhooks });
