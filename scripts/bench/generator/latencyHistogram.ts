export interface LatencySummary {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const smallestMs = 0.01;
/** Each bucket is 2 % wider than the one before: as exact as a noisy machine deserves. */
const growth = 1.02;
/** The last bucket begins at about 90 s. */
const bucketCount = 810;
const inverseLogGrowth = 1 / Math.log(growth);

/** Latencies in buckets of equal relative width: constant memory, and recording is one logarithm. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(bucketCount);
  #total = 0;
  #maxMs = 0;

  record(latencyMs: number): void {
    const bucket = latencyMs <= smallestMs ? 0 : Math.ceil(Math.log(latencyMs / smallestMs) * inverseLogGrowth);
    const index = Math.min(bucket, bucketCount - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  /** The upper edge of the bucket that holds the given share (0 to 1) of all latencies; 0 when there are none. */
  percentile(share: number): number {
    const wanted = Math.ceil(this.#total * share);
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(smallestMs * growth ** bucket, this.#maxMs);
    }
    return 0;
  }

  summary(): LatencySummary {
    return { p50Ms: this.percentile(0.5), p99Ms: this.percentile(0.99), maxMs: this.#maxMs };
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#maxMs = 0;
  }
}
