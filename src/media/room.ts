import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Job } from '../work/jobs.js';
import { linkKeyIn } from './linkKey.js';
import { MediaLinks } from './links.js';
import { MediaShelf, ShelfFault } from './shelf.js';

export interface RoomSettings {
  readonly folder: string;
  readonly maxBytesKept: number;
  readonly baseUrl: string;
  readonly linkValidMs: number;
}

export interface Room {
  readonly shelf: MediaShelf;
  readonly links: MediaLinks;
}

/** Opens it the first time. Rejects with a `ShelfFault`; the next call tries again. */
export type OpenRoom = () => Promise<Room>;

/** Most gateways never see an attachment of this kind: nothing is made on disk before there is one. */
export function roomOf(settings: RoomSettings): OpenRoom {
  let room: Promise<Room> | null = null;
  return () => {
    room ??= openRoom(settings).catch((error: unknown) => {
      room = null;
      throw new ShelfFault(
        `${settings.folder} can't be used: ${(error as NodeJS.ErrnoException).code ?? 'unknown fault'}`,
      );
    });
    return room;
  };
}

async function openRoom({ folder, maxBytesKept, baseUrl, linkValidMs }: RoomSettings): Promise<Room> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const shelf = await MediaShelf.open(folder, maxBytesKept);
  return { shelf, links: new MediaLinks(await linkKeyIn(folder), baseUrl, linkValidMs) };
}

const dayMs = 24 * 60 * 60_000;

/** Removes what no report needed for so many days. */
export function tidyMedia(room: OpenRoom, folder: string, keepDays: number): Job {
  const run = async (): Promise<void> => {
    if (!existsSync(folder)) return;
    const { shelf } = await room();
    await shelf.tidy(Date.now() - keepDays * dayMs);
  };
  return { name: 'tidy media', schedule: '23 3 * * *', run };
}
