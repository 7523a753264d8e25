/**
 * Structured log. Fields never carry an address or a message text: name what happened by ids
 * (report, reply, sender ref) and counts.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}
