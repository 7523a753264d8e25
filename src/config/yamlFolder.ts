import { readdirSync } from 'node:fs';
import { fileReason } from './fileReason.js';

/** @returns the YAML files of a folder in a fixed order, or why there are none to be had. */
export function yamlFilesIn(directory: string): readonly string[] | string {
  try {
    return readdirSync(directory)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch (error) {
    return fileReason(error);
  }
}
