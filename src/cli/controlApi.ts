import * as z from 'zod';

/** Where a simulator's control API listens. */
export interface SimulatorAddress {
  readonly host: string;
  readonly controlPort: number;
}

/** What went wrong, in words for the person at the terminal. */
export class SimulatorFault extends Error {}

/** How a simulator is spoken of when it is not there. */
export interface SimulatorName {
  /** Such as `simulated telco`. */
  readonly what: string;
  /** How to get one. */
  readonly start: string;
}

const faultSchema = z.object({ message: z.string() });

/** A simulator's control API. Methods throw SimulatorFault. */
export class ControlApi {
  readonly #base: string;

  constructor(
    address: SimulatorAddress,
    private readonly name: SimulatorName,
  ) {
    this.#base = `http://${address.host}:${address.controlPort}`;
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.#call(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async get(path: string): Promise<unknown> {
    return this.#call(path, {});
  }

  /** @returns undefined when `signal` fires. */
  async getUnless(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    try {
      return await this.#call(path, signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) return undefined;
      throw error;
    }
  }

  async #call(path: string, init: RequestInit): Promise<unknown> {
    const { what, start } = this.name;
    const response = await fetch(`${this.#base}${path}`, init).catch((error: unknown) => {
      throw new SimulatorFault(`No ${what} at ${this.#base.replace('http://', '')}. ${start}`, { cause: error });
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return body;
    const fault = faultSchema.safeParse(body);
    throw new SimulatorFault(
      fault.success
        ? fault.data.message
        : `What answers at ${this.#base} is no ${what}: it answered ${response.status}.`,
    );
  }
}
