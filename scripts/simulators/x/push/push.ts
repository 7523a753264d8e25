import { Timers } from '../../timers.js';
import type { XEvent, XSimulator } from '../simulator.js';
import { ActivityDesk } from './activity.js';
import { FilteredStreams } from './filtered.js';
import { Webhooks } from './webhooks.js';

/** An event that waits for a second one to overtake it goes alone after this. */
const maxHeldMs = 200;

/** Everything that X sends by itself: filtered streams, the activity stream, webhooks. */
export class Push {
  readonly filtered: FilteredStreams;
  readonly webhooks: Webhooks;
  readonly activity: ActivityDesk;
  readonly #timers = new Timers();
  #held: XEvent | null = null;

  constructor(private readonly x: XSimulator) {
    this.filtered = new FilteredStreams(x);
    this.webhooks = new Webhooks(x);
    this.activity = new ActivityDesk(x, this.webhooks);
    x.onEvent((event) => this.#take(event));
  }

  async close(): Promise<void> {
    this.#timers.clear();
    this.dropStreams();
    await this.webhooks.close();
  }

  dropStreams(): void {
    for (const stream of this.streams) stream.drop();
  }

  get streams() {
    return [...this.filtered.open, ...this.activity.open];
  }

  #take(event: XEvent): void {
    const first = this.#held;
    this.#held = null;
    if (first !== null || !this.x.switches.pushPairsSwapped) {
      this.#tell(event);
      if (first !== null) this.#tell(first);
      return;
    }
    this.#held = event;
    this.#timers.after(maxHeldMs, () => {
      if (this.#held !== event) return;
      this.#held = null;
      this.#tell(event);
    });
  }

  #tell(event: XEvent): void {
    const times = this.x.switches.pushTwice ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.filtered.tell(event);
      this.activity.tell(event);
    }
  }
}
