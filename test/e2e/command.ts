import { execFile } from 'node:child_process';
import { mainFile } from '../../scripts/chaos/gatewayProcess.js';

export interface Ran {
  /** Null when it did not end in time. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

const limitMs = 20_000;

/** Runs a command of the built `lapor-gateway` to its end, in the folder where its user stands. */
export function lapor(folder: string, ...argv: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: limitMs };
    const child = execFile(process.execPath, [mainFile, ...argv], options, (_fault, out, error) => {
      resolve({ code: child.exitCode, out, error });
    });
  });
}
