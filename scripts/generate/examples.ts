import type { FollowUp } from '../../src/domain/followUp.js';
import type { Report } from '../../src/domain/report.js';
import type { StatusEvent } from '../../src/domain/statusEvent.js';

/** What the generated API description shows. One story: a road in Buleleng. People and numbers are made up. */

const report: Report = {
  version: 1,
  id: '019aa5f8-3c40-7d21-9b6e-5f0c2a7e91d4',
  receivedAt: '2026-11-21T09:30:00.000Z',
  channel: { id: 'telkomsel', kind: 'sms', address: '1708' },
  reporter: { ref: 's_4m7t2kq9xw1c', visibility: 'open' },
  kind: 'complaint',
  title: 'Jalan rusak di depan kantor camat Sukasada',
  text: 'Jalan rusak di depan kantor camat Sukasada kab Buleleng, sudah tiga bulan belum diperbaiki',
  language: 'id',
  keyword: null,
  implied: null,
  possibleDuplicateOf: null,
  locations: [{ code: '51.08', name: 'Kabupaten Buleleng', level: 'regency', evidence: 'kab Buleleng' }],
  point: null,
  attachments: [],
  flags: [],
  thread: { inReplyTo: null, publicUrl: null },
  source: { externalIds: [], parts: 1, encoding: 'gsm7' },
};

const followUp: FollowUp = {
  id: '019aab20-8f15-7c0a-a3d7-60b1e84c2f39',
  kind: 'answer',
  text: 'Panjangnya kira-kira 200 meter',
  receivedAt: '2026-11-22T09:31:00.000Z',
  attachments: [],
};

const statusEvent: StatusEvent = {
  type: 'report.status_changed',
  timestamp: '2026-11-23T10:15:00+08:00',
  data: {
    reportId: report.id,
    trackingId: '9165816',
    sequence: 3,
    status: 'in_progress',
    agency: 'Dinas PUTR Kabupaten Buleleng',
    message: 'Tim akan ke lokasi hari Rabu',
    dueAt: '2026-11-30T17:00:00+08:00',
  },
};

export const examples = {
  report,
  followUp,
  statusEvent,
  filed: {
    trackingId: '9165816',
    status: 'received',
    dueAt: '2026-11-25T17:00:00+08:00',
    publicUrl: 'https://tracker.example.go.id/9165816',
  },
  ticket: {
    trackingId: '9165816',
    status: 'in_progress',
    agency: statusEvent.data.agency,
    message: statusEvent.data.message,
    updatedAt: statusEvent.timestamp,
    dueAt: statusEvent.data.dueAt,
  },
  eventsPage: { events: [statusEvent], cursor: '1042' },
  refusal: { code: 'invalid_report', message: 'locations: the district is not in our register' },
  badSignature: { code: 'bad_signature', message: 'Message timestamp too old: sign as Standard Webhooks says' },
  malformedEvent: {
    code: 'malformed_event',
    message: 'data.sequence: Invalid input: expected number, received string',
  },
} as const;
