import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { packagedFile } from '../../src/config/env.js';
import { lapor } from './command.js';

/** The commands, or those of a group, that the program's help lists. */
async function commandsIn(...group: string[]): Promise<string[]> {
  const { out } = await lapor(tmpdir(), ...group, '--help');
  const [, list = ''] = out.split('\nCommands:\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

describe('the table of commands in the README', () => {
  it('has each command, each with what it can do, and no other', async () => {
    const readme = await readFile(packagedFile('README.md'), 'utf8');
    const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('Each has `--help`'));
    const told = new Map(
      [...table.matchAll(/^\| `lapor-gateway ([a-z-]+)(.*?)\|/gm)].map(([, name = '', rest = '']) => [name, rest]),
    );
    const commands = await commandsIn();
    expect([...told.keys()]).to.have.members(commands);
    const groups = await Promise.all(commands.map(async (name) => ({ name, inside: await commandsIn(name) })));
    const missing = groups.flatMap(({ name, inside }) =>
      inside.filter((sub) => !told.get(name)?.includes(sub)).map((sub) => `${name} ${sub}`),
    );
    expect(missing).to.deep.equal([]);
  }).timeout(60_000);
});
