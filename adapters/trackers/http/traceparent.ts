/**
 * W3C Trace Context (https://www.w3.org/TR/trace-context/#traceparent-header) from an id of ours: the trace id is the
 * UUID's 32 hex digits and the parent id its last 16, so that the trace in the tracker's tools is found by the
 * report's or follow-up's id, and no id has to be kept. Every attempt for one report is in one trace.
 * Sampled (01): at hundreds of reports a day the tracker can keep each trace.
 */
export function traceparentOf(uuid: string): string {
  const last = `${uuid.slice(19, 23)}${uuid.slice(24)}`;
  return `00-${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(14, 18)}${last}-${last}-01`;
}
