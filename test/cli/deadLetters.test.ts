import { expect } from 'chai';
import { deadLettersCommand } from '../../src/cli/deadLetters.js';
import { printableJson } from '../../src/domain/printable.js';
import { binaryPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

describe('the dead-letters command', () => {
  let place: SqlitePlace;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    const store = await place.open();
    // More than one batch.
    const parts = Array.from({ length: 250 }, (_, index) => binaryPart({ oddity: index < 210 ? 'binary' : 'vcard' }));
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    await store.close();
  });

  afterEach(() => place.remove());

  /** Runs it with what it prints caught; errors of use reject. */
  async function run(...args: readonly string[]): Promise<string> {
    const command = deadLettersCommand(() => place.openForOperator());
    for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => {} });
    const write = process.stdout.write;
    let printed = '';
    process.stdout.write = (text: string | Uint8Array) => {
      printed += String(text);
      return true;
    };
    try {
      await command.parseAsync([...args], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
    return printed;
  }

  const cases: readonly { label: string; args: readonly string[]; prints: RegExp }[] = [
    { label: 'lists a hundred and says of how many', args: ['list'], prints: /\n100 of 250; --limit 250 shows all\n$/ },
    { label: 'lists as many as asked', args: ['list', '--limit', '2'], prints: /\n2 of 250;/ },
    { label: 'discards all', args: ['discard', '--all', '--reason', 'uji'], prints: /^discarded: 250\n$/ },
    { label: 'discards a code', args: ['discard', '--code', 'vcard', '--reason', 'uji'], prints: /^discarded: 40\n$/ },
    {
      label: 'retries no part, and says what helps',
      args: ['retry', '--all'],
      prints: /^put back: 0\nleft as they are \(.*parts redecode`\): 250\n$/,
    },
  ];
  for (const { label, args, prints } of cases) {
    it(label, async () => {
      expect(await run(...args)).to.match(prints);
    });
  }

  for (const args of [['retry'], ['retry', '1', '--all'], ['discard', '--all', '--code', 'x', '--reason', 'y']]) {
    it(`asks which are meant: ${args.join(' ')}`, async () => {
      const error = await run(...args).catch((fault: unknown) => fault);
      expect(error).to.have.property('message').that.contains('say which, one way');
    });
  }

  it('escapes in JSON what would move a terminal', () => {
    const nasty = 'a\u009b31m\u202eb\u007f\u2028';
    const json = printableJson({ nasty });
    expect(json).to.match(/^[ -~]+$/);
    expect(JSON.parse(json)).to.deep.equal({ nasty });
  });
});
