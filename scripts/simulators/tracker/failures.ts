import * as z from 'zod';

/** How the tracker fails, on demand. */

export const apiRoutes = ['reports', 'follow-ups', 'tickets', 'events'] as const;

export type ApiRouteName = (typeof apiRoutes)[number];

const ways = ['status', 'hang', 'dropConnection', 'dropAfterStore', 'delayMs'] as const;

export const failureSchema = z
  .strictObject({
    status: z.int().min(400).max(599).optional().describe('Answers with this, and stores nothing'),
    retryAfterSeconds: z.int().min(0).optional().describe('Goes with `status`, as Retry-After'),
    hang: z.literal(true).optional().describe('Reads the request and never answers'),
    dropConnection: z.literal(true).optional().describe('Cuts the connection, and stores nothing'),
    dropAfterStore: z.literal(true).optional().describe('Stores, then cuts the connection before it answers'),
    delayMs: z.int().min(1).max(600_000).optional().describe('Waits before it does anything'),
    on: z
      .enum(['all', ...apiRoutes])
      .default('all')
      .describe('Which requests'),
    every: z.int().positive().default(1).describe('Each nth request fails'),
    count: z.int().positive().optional().describe('Ends by itself after so many failures'),
  })
  .refine((failure) => ways.some((way) => failure[way] !== undefined), `expected at least one of ${ways.join(', ')}`);

export type Failure = z.output<typeof failureSchema>;
export type FailureInput = z.input<typeof failureSchema>;

export class Failures {
  #failure: Failure | null = null;
  #requests = 0;
  #failed = 0;

  get current(): Failure | null {
    return this.#failure;
  }

  set(failure: Failure | null): void {
    this.#failure = failure;
    this.#requests = 0;
    this.#failed = 0;
  }

  /** What this request must suffer; null for nothing. */
  next(route: ApiRouteName): Failure | null {
    const failure = this.#failure;
    if (failure === null || (failure.on !== 'all' && failure.on !== route)) return null;
    this.#requests += 1;
    if (this.#requests % failure.every !== 0) return null;
    this.#failed += 1;
    if (this.#failed === failure.count) this.set(null);
    return failure;
  }
}
