import type { RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import type { GatewaySections } from '../config/schema.js';
import { sqliteFile } from '../config/storeUrl.js';
import type { Log } from '../ports/log.js';
import type { Job } from '../work/jobs.js';
import { type ChannelOf, MediaCollector } from './collector.js';
import { roomOf, tidyMedia } from './room.js';
import { serveMedia } from './serve.js';

/** What the gateway does with attachments, wired. */
export interface Media {
  readonly collector: MediaCollector;
  readonly serve: RequestListener;
  readonly tidy: Job;
}

/** Makes nothing on disk yet. */
export function openMedia(
  { media, server, store }: Pick<GatewaySections, 'media' | 'server' | 'store'>,
  channelOf: ChannelOf,
  log: Log,
): Media {
  const database = sqliteFile(store.url);
  const folder = media.directory ?? (database === null ? join('data', 'media') : join(dirname(database), 'media'));
  const baseUrl = media.baseUrl ?? server.publicUrl ?? `http://${server.host}:${server.port}`;
  const maxBytesKept = media.diskMegabytes * 1024 * 1024;
  const room = roomOf({ folder, maxBytesKept, baseUrl, linkValidMs: media.linkMinutes * 60_000 });
  return {
    collector: new MediaCollector(room, media, channelOf, log),
    serve: serveMedia(room),
    tidy: tidyMedia(room, folder, media.keepDays),
  };
}
