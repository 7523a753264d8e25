import { createReadStream } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type LinkRead, mediaPath } from './links.js';
import type { OpenRoom } from './room.js';

const refusals: Readonly<Record<Exclude<LinkRead['kind'], 'good'>, number>> = { forged: 403, expired: 410 };

/** `GET /media/{sha256}?…`: the file that a signed link leads to. */
export function serveMedia(room: OpenRoom): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    // What fails here has no answer yet: the tracker may come again.
    void serve(room, request, response).catch(() => response.writeHead(503, { 'retry-after': '10' }).end());
  };
}

async function serve(room: OpenRoom, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { shelf, links } = await room();
  const url = new URL(request.url ?? '', 'http://gateway');
  const read = links.read(url.pathname.slice(mediaPath.length), url.searchParams, Date.now());
  const found = read.kind === 'good' ? await shelf.find(read.linked.sha256) : null;
  if (read.kind !== 'good' || found === null) {
    response.writeHead(read.kind === 'good' ? 404 : refusals[read.kind]).end();
    return;
  }
  response.writeHead(200, {
    'content-type': read.linked.contentType,
    'content-length': found.bytes,
    'cache-control': 'private, no-store',
    // Opened as what it is and never as a page: a citizen made it.
    'x-content-type-options': 'nosniff',
    'content-disposition': 'attachment',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A peer that goes away in the middle is its own affair.
  await pipeline(createReadStream(found.file), response).catch(() => response.destroy());
}
