import { isDeepStrictEqual } from 'node:util';
import type { Configured } from '../config/adapterBlocks.js';
import type { ConfigFileFault } from '../config/fault.js';
import type { GatewayConfig } from '../config/load.js';
import type { Wording } from '../conversation/wording/wording.js';
import { messageOf } from '../domain/messageOf.js';
import type { ChannelAdapter } from '../ports/channel.js';
import type { Hold } from '../ports/operations.js';
import type { ChannelSetup } from './servedChannel.js';
import type { ChannelChange, Switchboard } from './switchboard.js';

/** Reads and checks the config file and the reply texts that it names, as `start` did. */
export type ReadSettings = () =>
  | {
      readonly ok: true;
      readonly config: GatewayConfig;
      readonly wording: Wording;
      readonly warnings: readonly ConfigFileFault[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

export interface ReloadDeps {
  readonly read: ReadSettings;
  readonly setupOf: (id: string, entry: Configured<ChannelAdapter>) => ChannelSetup;
  readonly switchboard: Switchboard;
  /** Replies are worded by these from now on. */
  readonly useWording: (wording: Wording) => void;
  /** The log and all else must keep these to themselves. */
  readonly hide: (secrets: readonly string[]) => void;
}

export interface ReloadResult {
  readonly result: 'done' | 'refused' | 'failed';
  readonly message: string;
  /** Channels that were made anew: whether their links come up is seen only now. */
  readonly begun: readonly string[];
  readonly faults: readonly ConfigFileFault[];
}

/**
 * What is read once, at the start, with the part of the config that it stands on. The store and the HTTP server hold a
 * file and a port; the others are in the hands of work that is under way.
 */
const fixedSections: Readonly<Record<string, (config: GatewayConfig) => unknown>> = {
  server: (config) => config.server,
  store: (config) => config.store,
  tracker: (config) => [config.tracker.adapter.name, config.tracker.config],
  intake: (config) => config.intake,
  forward: (config) => config.forward,
  // The texts, their language and time zone are read anew.
  replies: ({ replies: { language, directory, timeZone, ...policy } }) => policy,
  retention: (config) => config.retention,
  drain: (config) => config.drain,
  conversation: (config) => config.conversation,
  log: (config) => config.log,
  simulators: (config) => config.simulators,
};

/** Brings a changed config into a running gateway: as a whole or not at all. */
export class Reload {
  constructor(
    private running: GatewayConfig,
    private readonly deps: ReloadDeps,
  ) {}

  get file(): string {
    return this.running.file;
  }

  async run(holds: ReadonlyMap<string, { readonly hold: Hold }>): Promise<ReloadResult> {
    const settings = this.deps.read();
    if (!settings.ok) {
      return {
        result: 'refused',
        message: `${this.file} is faulty; the running config goes on`,
        begun: [],
        faults: settings.faults,
      };
    }
    const { config, wording, warnings } = settings;
    const fixed = Object.entries(fixedSections).filter(([, of]) => !isDeepStrictEqual(of(this.running), of(config)));
    if (fixed.length > 0) return refusedFor(fixed.map(([name]) => name));
    this.deps.hide(config.secrets);
    const difference = differenceOf(this.running.channels, config.channels);
    try {
      await this.deps.switchboard.change(this.#changeOf(difference, config), holds);
    } catch (error) {
      return { result: 'failed', message: `a channel could not be made: ${messageOf(error)}`, begun: [], faults: [] };
    }
    this.deps.useWording(wording);
    this.running = config;
    const begun = [...difference.added, ...difference.changed];
    return { result: 'done', message: `${told(difference)}${warned(warnings.length)}`, begun, faults: [] };
  }

  #changeOf({ added, changed, removed }: Difference, config: GatewayConfig): ChannelChange {
    const served = [...added, ...changed].flatMap((id): [string, ChannelSetup][] => {
      const entry = config.channels.get(id);
      return entry === undefined ? [] : [[id, this.deps.setupOf(id, entry)]];
    });
    return { removed, served: new Map(served) };
  }
}

type Channels = GatewayConfig['channels'];

interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly untouched: readonly string[];
}

function differenceOf(running: Channels, next: Channels): Difference {
  const both = [...next.keys()].filter((id) => running.has(id));
  const isSame = (id: string): boolean => {
    const [before, after] = [running.get(id), next.get(id)];
    return before?.adapter === after?.adapter && isDeepStrictEqual(before?.config, after?.config);
  };
  return {
    added: [...next.keys()].filter((id) => !running.has(id)),
    changed: both.filter((id) => !isSame(id)),
    removed: [...running.keys()].filter((id) => !next.has(id)),
    untouched: both.filter(isSame),
  };
}

function refusedFor(sections: readonly string[]): ReloadResult {
  const names = sections.map((name) => `\`${name}\``).join(', ');
  const verb = sections.length === 1 ? 'differs' : 'differ';
  const message = `${names} ${verb} from what runs and can only change with a restart. Put it back or restart; nothing was changed`;
  return { result: 'refused', message, begun: [], faults: [] };
}

function warned(count: number): string {
  return count === 0 ? '' : `; ${count} ${count === 1 ? 'warning' : 'warnings'}, see \`lapor-gateway check\``;
}

function told({ added, changed, removed, untouched }: Difference): string {
  const clauses = [
    ['added', added],
    ['restarted', changed],
    ['removed', removed],
    ['untouched', untouched],
  ] as const;
  const channels = clauses.flatMap(([verb, ids]) => (ids.length === 0 ? [] : [`${verb} ${ids.join(', ')}`]));
  return `channels: ${channels.join('; ')}; reply texts read anew`;
}
