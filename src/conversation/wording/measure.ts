import type { ConfigFileFault } from '../../config/fault.js';
import type { YamlFile } from '../../config/yamlFile.js';
import { nearestWord } from '../../domain/nearestWord.js';
import type { DateWriter } from './dates.js';
import type { Template } from './template.js';
import {
  type ArgumentName,
  longestAgencySeptets,
  longestFrameSeptets,
  longestTrackingIdSeptets,
  oneSegmentSeptets,
  type TextRule,
  textRules,
} from './texts.js';

/** What is wrong with one text, its length apart: its forms, its arguments, its characters. */
export function templateFaults(yaml: YamlFile, rule: TextRule, template: Template): ConfigFileFault[] {
  const faults: ConfigFileFault[] = [];
  if (template.usesOtherForms()) {
    faults.push(yaml.fault(rule.path, 'only {name} and {name, select, …} are taken here: every value is a text'));
  }
  return [
    ...faults,
    ...argumentFaults(yaml, rule, template),
    ...characterFaults(yaml, rule, template),
    ...linkFaults(yaml, rule, template),
  ];
}

function argumentFaults(yaml: YamlFile, rule: TextRule, template: Template): ConfigFileFault[] {
  const used = template.argumentNames();
  const known: readonly string[] = rule.arguments;
  const unknown = [...used].filter((name) => !known.includes(name));
  const missing = known.filter((name) => !used.has(name));
  const allowed = known.length === 0 ? 'this text takes none' : `known here: ${known.join(', ')}`;
  return [
    ...unknown.map((name) => {
      const near = nearestWord(name, known);
      const help = near === null ? allowed : `did you mean {${near}}?`;
      return yaml.faultInText(rule.path, `{${name}`, `unknown argument {${name}}; ${help}`);
    }),
    ...missing.map((name) => yaml.fault(rule.path, `the text must name {${name}}`)),
  ];
}

function characterFaults(yaml: YamlFile, rule: TextRule, template: Template): ConfigFileFault[] {
  return [...template.foreignCharacters()].map(([character, instead]) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const help = instead === null ? 'write it in other words' : `write \`${instead}\` instead`;
    const message = `\`${character}\` (U+${code}) is not in the SMS alphabet (GSM-7) and would halve the room; ${help}`;
    return yaml.faultInText(rule.path, character, message);
  });
}

/** Fraud comes with links, so people are told to trust none; and a post counts the shortest one as 23 characters. */
function linkFaults(yaml: YamlFile, rule: TextRule, template: Template): ConfigFileFault[] {
  return [...template.links()].map((link) =>
    yaml.faultInText(rule.path, link, `\`${link}\` reads as a link; replies hold none, for fraud comes with links`),
  );
}

/** Texts that are too long at their worst case, with the measured length. */
export function measureTexts(
  yaml: YamlFile,
  templates: ReadonlyMap<string, Template>,
  dates: DateWriter,
): ConfigFileFault[] {
  const worst: Record<ArgumentName, number> = {
    trackingId: longestTrackingIdSeptets,
    otherId: longestTrackingIdSeptets,
    agency: longestAgencySeptets,
    // A message is cut to what the rest leaves.
    message: 0,
    dueDate: dates.longestSeptets(),
    rating: 1,
  };
  return textRules.flatMap(({ path, due, isFrame }) => {
    const template = templates.get(path.join('.'));
    if (template === undefined) return [];
    const dueSentence = due === undefined ? 0 : 1 + (templates.get(due)?.worstSeptets(worst) ?? 0);
    const septets = template.worstSeptets(worst) + dueSentence;
    const limit = isFrame === true ? longestFrameSeptets : oneSegmentSeptets;
    if (septets <= limit) return [];
    const included = due === undefined ? '' : `, \`${due}\` included`;
    const message = `${septets} septets at its worst case${included}, at most ${limit} (${septets - limit} too many)`;
    return [yaml.fault(path, message)];
  });
}
