import { packagedFile } from '../../src/config/env.js';
import { messageOf } from '../../src/domain/messageOf.js';
import { generateChannel } from './generate.js';

/** `npm run new:channel NAME`: the beginning of a channel, and the test that says what is missing. */

const badUsage = 2;

const [name] = process.argv.slice(2);
if (name === undefined) {
  process.stderr.write('npm run new:channel NAME\n');
  process.exitCode = badUsage;
} else {
  try {
    const files = generateChannel(name, packagedFile(), packagedFile('scripts', 'new-channel', 'template'));
    process.stdout.write(`${files.join('\n')}\n\n${nextSteps(name)}`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = badUsage;
  }
}

function nextSteps(channel: string): string {
  return `What comes next (docs/writing-an-adapter.md):
  1. npm run build && npx mocha --no-config --require dist/test/setup.js dist/test/adapters/channels/${channel}/*.test.js
  2. make the conformance test pass: its rig first, then the channel
  3. name the adapter in src/compose.ts
`;
}
