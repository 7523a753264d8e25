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
    const command = deadLettersCommand({ openStore: () => place.openForOperator(), operator: 'siti' });
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

  const acts: readonly { label: string; args: readonly string[]; act: object; end: object }[] = [
    {
      label: 'all of a code',
      args: ['discard', '--code', 'vcard', '--reason', 'kartu nama'],
      act: { act: 'dead-letters discard', subject: 'all of code vcard', reason: 'kartu nama' },
      end: { result: 'done', detail: 'discarded: 40' },
    },
    {
      label: 'those that are named, of which one is none',
      args: ['discard', '2', 'no.1', '999', '--reason', 'uji'],
      act: { act: 'dead-letters discard', subject: 'no. 2, 1, 999', reason: 'uji' },
      end: { result: 'done', detail: 'discarded: 2; left as they are: 1' },
    },
    {
      label: 'many',
      args: ['discard', ...Array.from({ length: 30 }, (_, index) => String(index + 1)), '--reason', 'uji'],
      act: { subject: `no. ${Array.from({ length: 20 }, (_, index) => index + 1).join(', ')} and 10 more` },
      end: { result: 'done', detail: 'discarded: 30' },
    },
    {
      label: 'a retry that changed nothing',
      args: ['retry', '--all'],
      act: { act: 'dead-letters retry', subject: 'all', reason: null },
      end: { result: 'refused', detail: 'put back: 0; left as they are: 250' },
    },
  ];
  for (const { label, args, act, end } of acts) {
    it(`puts into the audit trail who worked ${label}`, async () => {
      await run(...args).catch(() => undefined);
      const store = await place.openForOperator();
      const trail = await store.acts({ limit: 9 });
      await store.close();
      expect(trail).to.have.length(1);
      expect(trail[0]).to.deep.include({ actor: 'siti', ...act });
      expect(trail[0]?.end).to.include(end);
    });
  }

  it('does nothing that the trail does not take', async () => {
    const store = await place.openForOperator();
    store.beginAct = () => Promise.reject(new Error('database or disk is full'));
    const command = deadLettersCommand({ openStore: async () => store, operator: 'siti' });
    const error = await command
      .parseAsync(['discard', '--all', '--reason', 'uji'], { from: 'user' })
      .catch((fault: unknown) => fault);
    expect(error).to.have.property(
      'message',
      'not done, for the audit trail could not take it: database or disk is full',
    );
    expect(await run('list', '--limit', '1')).to.include('1 of 250');
  });

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
