/** What is worth knowing for a while, the oldest forgotten first. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>();

  constructor(private readonly max = 20_000) {}

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.max) return;
    const oldest = this.#values.keys().next();
    if (!oldest.done) this.#values.delete(oldest.value);
  }
}
