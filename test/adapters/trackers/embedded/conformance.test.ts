import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { embeddedTracker, openTicketDesk } from '../../../../adapters/trackers/embedded/index.js';
import type { Report } from '../../../../src/domain/report.js';
import { describeTrackerConformance } from '../../../conformance/tracker.js';

describeTrackerConformance({
  adapter: embeddedTracker,
  bad: { raw: { file: '', path: 'x', url: 'http://127.0.0.1' }, paths: ['file', 'path', 'url'] },
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'embedded-tracker-'));
    const file = join(folder, 'sub', 'tracker.db');
    /** Another connection, as another process would have it. */
    const look = <Result>(work: (db: Database.Database) => Result): Result => {
      const db = new Database(file);
      try {
        return work(db);
      } finally {
        db.close();
      }
    };
    const count = (table: string): number =>
      look((db) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()));
    return {
      config: { file },
      ticketCount: () => count('tickets'),
      followUpCount: () => count('follow_ups'),
      report: (trackingId) =>
        look((db) => {
          const report = db.prepare('SELECT report FROM tickets WHERE tracking_id = ?').pluck().get(Number(trackingId));
          return JSON.parse(String(report)) as Report;
        }),
      move: (trackingId, status, message) => {
        const desk = openTicketDesk(file);
        try {
          desk.setStatus(trackingId, status, { message });
        } finally {
          desk.close();
        }
      },
      takeAway: () => {
        const db = new Database(file);
        db.exec('BEGIN IMMEDIATE');
        return () => db.close();
      },
      stop: () => rm(folder, { recursive: true }),
    };
  },
});
