/** A page in Prometheus' text format, read. */
export class MetricsPage {
  constructor(private readonly text: string) {}

  /** The sum of all samples of a metric that carry these labels; 0 when there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    return this.#samples(name)
      .filter(({ labels: found }) => wanted.every((label) => found.includes(label)))
      .reduce((total, { value }) => total + value, 0);
  }

  #samples(name: string) {
    return this.text.split('\n').flatMap((line) => {
      const [, labels, value] = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
      return value === undefined ? [] : [{ labels: (labels ?? '').split(','), value: Number(value) }];
    });
  }
}
