import type { ServerResponse } from 'node:http';
import type { PostedMedia } from '../world/posts.js';
import { type Answer, anyone, type Call, type Endpoint, list, ok } from './endpoint.js';
import { mediaJson } from './present.js';
import { partialError } from './problems.js';
import * as names from './wording.js';

/** Pictures and videos of posts: by key, and the files themselves, which X serves to anyone. */

export const mediaEndpoints: readonly Endpoint[] = [
  {
    name: 'getMediaByMediaKeys',
    method: 'GET',
    path: '/2/media',
    callers: anyone,
    perApp: 300,
    perUser: 900,
    parameters: ['media_keys', 'media.fields'],
    answer: lookUp,
  },
];

function lookUp({ x, query }: Call): Answer {
  const fields = list(query, 'media.fields', names.mediaFields);
  const keys = (query.get('media_keys') ?? '').split(',');
  const known = keys.map((key) => x.media.get(key)).filter((media) => media !== undefined);
  const errors = keys
    .filter((key) => !x.media.has(key))
    .map((key) =>
      partialError(
        {
          title: 'Not Found Error',
          detail: `Could not find media with media_keys: [${key}].`,
          type: 'resource-not-found',
          about: { value: key, resource_id: key, parameter: 'media_keys', resource_type: 'media' },
        },
        x.switches.wording,
      ),
    );
  return ok({
    ...(known.length > 0 && { data: known.map((media) => mediaJson(media, fields)) }),
    ...(errors.length > 0 && { errors }),
  });
}

/** A PNG of one point. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Only the box that says what the file is: enough for whoever looks at type and size. */
const video = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');

export function serveMedia(media: PostedMedia | undefined, isHead: boolean, response: ServerResponse): void {
  if (media === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [octets, type] = media.type === 'photo' ? [picture, 'image/png'] : [video, 'video/mp4'];
  response.writeHead(200, { 'content-type': type, 'content-length': octets.length });
  response.end(isHead ? undefined : octets);
}
