import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 100;
const megabyte = 1024 ** 2;

/** What a running gateway tells of itself in /metrics, looked at again and again. */
export class GatewayWatch {
  readonly #heapOctets: number[] = [];
  #taken = 0;

  constructor(
    private readonly url: string,
    private readonly gone: AbortSignal,
  ) {}

  /** Parts that became reports. */
  get taken(): number {
    return this.#taken;
  }

  /** @throws Error that names the fact, when it has not come about within `limitMs` or the gateway has ended. */
  async until(what: string, limitMs: number, isSo: () => boolean): Promise<void> {
    for (const endMs = performance.now() + limitMs; !isSo(); await pause(lookEveryMs)) {
      this.gone.throwIfAborted();
      if (performance.now() > endMs)
        throw new Error(`waited ${limitMs} ms in vain for this: ${what}; ${this.#taken} taken`);
      await this.#look();
    }
  }

  /**
   * How much more lived on the heap in the last part of the time that was watched than in the second: the first has the
   * burst itself. What lives is the least that was seen, for garbage goes up and down.
   *
   * @param part how long each of them is, as a share of the whole
   */
  heapGrowthMb(part: number): number {
    const size = Math.max(1, Math.floor(this.#heapOctets.length * part));
    const living = (from: number) => Math.min(...this.#heapOctets.slice(from, from + size));
    return (living(this.#heapOctets.length - size) - living(size)) / megabyte;
  }

  async #look(): Promise<void> {
    const text = await (await fetch(`${this.url}/metrics`, { signal: this.gone })).text();
    this.#taken = metric(text, /^lapor_parts_total\{[^}]*outcome="reports"[^}]*\} (\d+)$/m);
    this.#heapOctets.push(metric(text, /^nodejs_heap_size_used_bytes (\d+)$/m));
  }
}

function metric(text: string, line: RegExp): number {
  return Number(line.exec(text)?.[1] ?? 0);
}
