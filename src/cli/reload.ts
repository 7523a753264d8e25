import { Command } from 'commander';
import {
  askRunning,
  configOption,
  type OperatorDeps,
  operatorName,
  reasonOption,
  tellActed,
  unexpected,
} from './operator.js';

interface Options {
  readonly config?: string;
  readonly reason?: string;
}

/** `reload`: the running gateway reads its config anew. The same as SIGHUP, but it tells what came of it. */
export function reloadCommand(deps: OperatorDeps): Command {
  return new Command('reload')
    .description('let the running gateway read its config anew; channels that did not change keep their links')
    .option(...configOption)
    .option(...reasonOption)
    .action(async (options: Options) => {
      const { config, reason = null } = options;
      const answer = await askRunning(config, { command: 'reload', actor: operatorName(deps.env), reason }, deps);
      if (answer === null) return;
      if (answer.kind !== 'acted') throw unexpected(answer);
      tellActed(answer, deps);
    });
}
