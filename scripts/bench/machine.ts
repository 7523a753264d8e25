import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** statfs f_type of the file systems that live in memory (man 2 statfs): tmpfs, ramfs. */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** On a file system in memory fsync does nothing, and every figure of durable work would be a lie. */
export function requireRealDisk(folder: string): void {
  if (memoryFileSystems.has(statfsSync(folder).type)) {
    throw new Error(`${folder} is a file system in memory, where fsync costs nothing; name one on a disk with --dir`);
  }
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** Median time of a 4 KiB append and its fsync, in the folder that the databases use. */
  readonly fsyncMs: number;
}

export function machine(folder: string): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model ?? 'unknown',
    cores: all.length,
    node: process.version,
    fsyncMs: fsyncMs(folder),
  };
}

const fsyncSamples = 50;

function fsyncMs(folder: string): number {
  const file = join(folder, 'fsync-probe');
  const descriptor = openSync(file, 'w');
  const page = Buffer.alloc(4096);
  const times: number[] = [];
  for (let i = 0; i < fsyncSamples; i++) {
    const from = performance.now();
    writeSync(descriptor, page);
    fsyncSync(descriptor);
    times.push(performance.now() - from);
  }
  closeSync(descriptor);
  rmSync(file);
  return times.sort((a, b) => a - b)[fsyncSamples >> 1] ?? 0;
}
