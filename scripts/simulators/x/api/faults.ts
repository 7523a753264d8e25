import * as z from 'zod';
import { problemNames } from './problems.js';

/** How requests fail, on demand. */

const ways = ['problem', 'status', 'hang', 'dropConnection', 'dropAfterStore', 'hangAfterStore', 'delayMs'] as const;

export const faultSchema = z
  .strictObject({
    on: z.string().max(100).default('*').describe('An endpoint by its name, or * for all'),
    problem: z.enum(problemNames).optional().describe('Answers with this problem, and does nothing'),
    status: z.int().min(400).max(599).optional().describe('Answers with this and a body that is no JSON'),
    hang: z.literal(true).optional().describe('Reads the request and never answers'),
    dropConnection: z.literal(true).optional().describe('Cuts the connection, and does nothing'),
    dropAfterStore: z.literal(true).optional().describe('Does it, then cuts the connection before the answer'),
    hangAfterStore: z.literal(true).optional().describe('Does it, and never answers'),
    delayMs: z.int().min(1).max(600_000).optional().describe('Waits before it does anything'),
    every: z.int().positive().default(1).describe('Each nth request fails'),
    count: z.int().positive().optional().describe('Ends by itself after so many'),
  })
  .refine((fault) => ways.some((way) => fault[way] !== undefined), `expected at least one of ${ways.join(', ')}`);

export type Fault = z.output<typeof faultSchema>;
export class Faults {
  #faults: Array<{ readonly fault: Fault; requests: number; failed: number }> = [];

  get current(): readonly Fault[] {
    return this.#faults.map(({ fault }) => fault);
  }

  set(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, requests: 0, failed: 0 }));
  }

  /** What this request must suffer; null for nothing. The first fault that applies wins. */
  next(endpoint: string): Fault | null {
    for (const armed of this.#faults) {
      const { fault } = armed;
      if (fault.on !== '*' && fault.on !== endpoint) continue;
      armed.requests += 1;
      if (armed.requests % fault.every !== 0) continue;
      armed.failed += 1;
      if (armed.failed === fault.count) this.#faults = this.#faults.filter((each) => each !== armed);
      return fault;
    }
    return null;
  }
}
