import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The files of a new channel, out of the templates beside this one. */

/** Where each template goes, by its name. */
const places: Readonly<Record<string, (name: string) => string>> = {
  'index.ts': inAdapters('index.ts'),
  'config.ts': inAdapters('config.ts'),
  'channel.ts': inAdapters('channel.ts'),
  'message.ts': inAdapters('message.ts'),
  'README.md': inAdapters('README.md'),
  'message.test.ts': inTests('message.test.ts'),
  'conformance.test.ts': inTests('conformance.test.ts'),
};

function inAdapters(file: string): (name: string) => string {
  return (name) => join('adapters', 'channels', name, file);
}

function inTests(file: string): (name: string) => string {
  return (name) => join('test', 'adapters', 'channels', name, file);
}

/** One word or more, in the form of the names in a config. */
const channelName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Writes the files of a channel.
 *
 * @param root of the project
 * @returns the files, as paths from the root
 * @throws Error that says what is wrong with the name, or what is there already; then nothing was written
 */
export function generateChannel(name: string, root: string, templates: string): string[] {
  if (!channelName.test(name)) {
    throw new Error(`"${name}" is no name for a channel's adapter: expected small letters and digits, such as line-id`);
  }
  const files = Object.entries(places).map(([template, placeOf]) => ({ template, path: placeOf(name) }));
  const taken = files.filter(({ path }) => existsSync(join(root, path)));
  if (taken.length > 0) throw new Error(`${taken.map(({ path }) => path).join(', ')}: there already`);
  for (const { template, path } of files) {
    const text = readFileSync(join(templates, `${template}.txt`), 'utf8');
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), named(text, name));
  }
  return files.map(({ path }) => path);
}

function named(text: string, name: string): string {
  const pascal = name.split('-').map(capitalised).join('');
  return text
    .replaceAll('__NAME__', name.toUpperCase().replaceAll('-', '_'))
    .replaceAll('__Name__', pascal)
    .replaceAll('__camel__', pascal.charAt(0).toLowerCase() + pascal.slice(1))
    .replaceAll('__name__', name);
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
