import { httpTracker } from '../../../../adapters/trackers/http/index.js';
import { describeTrackerConformance } from '../../../conformance/tracker.js';
import { PeerTracker } from './peer.js';

describeTrackerConformance({
  adapter: httpTracker,
  bad: {
    raw: {
      url: 'ftp://tracker.example',
      token: 'two words',
      webhookSecret: 'hunter2',
      poll: { everySeconds: 0, every: 1 },
      timeoutSeconds: 'soon',
      connections: 0,
      pipelining: 1.5,
      retries: 3,
    },
    paths: [
      'url',
      'token',
      'webhookSecret',
      'poll.everySeconds',
      'poll.every',
      'timeoutSeconds',
      'connections',
      'pipelining',
      'retries',
    ],
  },
  async start() {
    const peer = new PeerTracker();
    const parsed = httpTracker.parseConfig({
      url: await peer.start(),
      token: 'kunci-pelacak',
      webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      timeoutSeconds: 5,
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return {
      // Faster than an operator may set it: the schema's least is a second.
      config: { ...parsed.config, poll: { everySeconds: 0.02 } },
      ticketCount: () => peer.tickets.size,
      followUpCount: () => peer.followUps.size,
      report: (trackingId) => {
        const ticket = peer.tickets.get(trackingId);
        if (ticket === undefined) throw new Error('no such ticket');
        return ticket.report;
      },
      move: (trackingId, status, message) => peer.move(trackingId, status, message),
      takeAway: () => {
        peer.always({ status: 503 });
        return () => peer.always(null);
      },
      stop: () => peer.stop(),
    };
  },
});
