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

  /**
   * Receipts that were told of a reply. One may be here before the reply's own acceptance is on disk, for a peer can be
   * faster than its answer: then it is orphaned at first, and claimed when that is.
   */
  get receiptsOfReplies(): number {
    return this.sum('lapor_receipts_total', { outcome: 'matched' }) + this.sum('lapor_receipts_claimed_total');
  }

  #samples(name: string) {
    return this.text.split('\n').flatMap((line) => {
      const [, labels, value] = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
      return value === undefined ? [] : [{ labels: (labels ?? '').split(','), value: Number(value) }];
    });
  }
}
