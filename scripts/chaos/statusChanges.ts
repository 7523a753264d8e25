import type { TrackerSimulator } from '../simulators/tracker/index.js';

const everyMs = 50;
/** One of so many tickets is moved. */
const share = 6;

/** Takes one SMS, or two. */
const messages: readonly string[] = [
  'Tim ke lokasi besok.',
  'Tim Dinas PUPR akan ke lokasi besok pagi untuk memeriksa kerusakan, dan perbaikan dijadwalkan paling lambat dalam tujuh hari kerja sesudahnya bila cuaca memungkinkan.',
];

/** An agency that tells of its work, often before the gateway has recorded the ticket's number. */
export class StatusChanges {
  #looked = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly tracker: TrackerSimulator) {}

  start(): void {
    this.#timer = setInterval(() => this.#changeNewest(), everyMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #changeNewest(): void {
    const { ledger } = this.tracker;
    for (const { trackingId } of ledger.tickets(this.#looked, ledger.distinct)) {
      this.#looked += 1;
      if (this.#looked % share !== 0) continue;
      const message = messages[(this.#looked / share) % messages.length];
      this.tracker.setStatus(trackingId, { status: 'in_progress', message });
    }
  }
}
