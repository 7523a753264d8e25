export type Labels = Readonly<Record<string, string>>;

/** One series of a metric. */
export interface Series {
  /** All that the metric has; what was not said is empty. */
  readonly labels: Labels;
  /** Counted, and not told to prom-client yet. */
  amount: number;
}

interface Branch {
  readonly next: Map<string, Branch>;
  series: Series | null;
}

/**
 * Finds the series of a metric by its labels, value by value. prom-client makes one string of them each time and looks
 * that up, which takes ten times as long: what is counted for every message is counted here, and told to it when
 * somebody asks.
 */
export class SeriesTree {
  readonly all: Series[] = [];
  readonly #root = branch();
  readonly #asked: readonly string[];

  /**
   * @param names of all labels, in the order in which they are shown
   * @param common labels of every series, such as its channel
   */
  constructor(
    private readonly names: readonly string[],
    private readonly common: Labels = {},
  ) {
    this.#asked = names.filter((name) => common[name] === undefined);
  }

  of(given: Labels): Series {
    let at = this.#root;
    for (const name of this.#asked) {
      const value = given[name] ?? '';
      let next = at.next.get(value);
      if (next === undefined) {
        next = branch();
        at.next.set(value, next);
      }
      at = next;
    }
    at.series ??= this.#create(given);
    return at.series;
  }

  #create(given: Labels): Series {
    const labels = Object.fromEntries(this.names.map((name) => [name, this.common[name] ?? given[name] ?? '']));
    const series = { labels, amount: 0 };
    this.all.push(series);
    return series;
  }
}

function branch(): Branch {
  return { next: new Map(), series: null };
}
