export interface Stoppable {
  /** The signal fired. */
  stop(): void;
}

const waitingBySignal = new WeakMap<AbortSignal, Set<Stoppable>>();

/**
 * Those that are stopped when the signal fires. However many requests hang on one signal it carries one listener: Node
 * warns of a leak from the eleventh on, and adding one walks the list of all.
 */
export function stoppedBy(signal: AbortSignal): Set<Stoppable> {
  return waitingBySignal.get(signal) ?? listenTo(signal);
}

function listenTo(signal: AbortSignal): Set<Stoppable> {
  const waiting = new Set<Stoppable>();
  waitingBySignal.set(signal, waiting);
  signal.addEventListener(
    'abort',
    () => {
      for (const stoppable of waiting) stoppable.stop();
    },
    { once: true },
  );
  return waiting;
}
