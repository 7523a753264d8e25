import type { FollowUp } from '../domain/followUp.js';
import type { Report } from '../domain/report.js';
import type { Filed, Tracker, TrackerFault } from '../ports/tracker.js';
import type { MediaCollector } from './collector.js';

/** Of a report whose attachment could not be had, or is not of a kind or size that is kept. */
const missingFlag = 'attachment_missing';

/** A tracker that gets attachments as links to what was fetched for it. The rest it is asked as before. */
export function trackerWithMedia(tracker: Tracker, media: Pick<MediaCollector, 'collect'>): Tracker {
  return {
    submit: async (report: Report, signal: AbortSignal): Promise<Filed | TrackerFault> => {
      if (report.attachments.length === 0) return tracker.submit(report, signal);
      const collected = await media.collect(report.attachments, signal);
      if (collected.kind === 'later') return { kind: 'retry', cause: collected.cause, unavailable: false };
      const { attachments, missing } = collected;
      const flags = missing === 0 ? report.flags : [...new Set([...report.flags, missingFlag])];
      return tracker.submit({ ...report, attachments, flags }, signal);
    },
    followUp: async (trackingId: string, followUp: FollowUp, signal: AbortSignal) => {
      if (followUp.attachments.length === 0) return tracker.followUp(trackingId, followUp, signal);
      const collected = await media.collect(followUp.attachments, signal);
      if (collected.kind === 'later') return { kind: 'retry', cause: collected.cause, unavailable: false };
      return tracker.followUp(trackingId, { ...followUp, attachments: collected.attachments }, signal);
    },
    status: (trackingId, signal) => tracker.status(trackingId, signal),
    run: (sink, stop) => tracker.run(sink, stop),
    ...(tracker.handleEvents && { handleEvents: tracker.handleEvents.bind(tracker) }),
    close: () => tracker.close(),
  };
}
