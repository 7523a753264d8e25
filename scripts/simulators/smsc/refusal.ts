/** What was asked of the simulator cannot be; the message says why and what would do. */
export class SmscRefusal extends Error {
  constructor(
    readonly code: 'unknown_telco' | 'bad_number' | 'too_long' | 'queue_full',
    message: string,
  ) {
    super(message);
  }
}
