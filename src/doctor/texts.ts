import * as z from 'zod';
import { packagedFile } from '../config/env.js';
import { readYamlFile } from '../config/yamlFile.js';
import type { Facts, Stage } from '../ports/diagnosis.js';
import { parseWith } from '../ports/parseWith.js';

/** What the doctor says, in one language: config/doctor/{language}.yaml. Data, so that a reader can mend it. */

export const doctorLanguages = ['en', 'id'] as const;

export type DoctorLanguage = (typeof doctorLanguages)[number];

const line = z.string().min(1);
const advice = z.strictObject({ what: line, causes: z.array(line).default([]), remedies: z.array(line).default([]) });

export const doctorTextsSchema = z.strictObject({
  frame: z.strictObject({
    passed: line,
    failed: line,
    skipped: line,
    waiting: line,
    causes: line,
    remedies: line,
    meaning: line,
    untestable: line,
    allWell: line,
    someFailed: line,
    testMessage: line,
  }),
  terms: z.record(z.string(), line),
  stages: z.record(z.string(), z.strictObject({ title: line, passed: line, waiting: line.optional() })),
  reasons: z.record(z.string(), advice),
});

export type DoctorTexts = z.output<typeof doctorTextsSchema>;

/** @throws Error when the packaged file is faulty: then the package is broken, not what the operator gave. */
export function loadDoctorTexts(language: DoctorLanguage): DoctorTexts {
  const file = packagedFile('config', 'doctor', `${language}.yaml`);
  const read = readYamlFile(file);
  const parsed = read.ok ? parseWith(doctorTextsSchema, read.yaml.value) : read;
  if (parsed.ok) return parsed.config;
  throw new Error(`${file}: ${parsed.faults.map(({ message }) => message).join('; ')}`);
}

export interface Told {
  readonly title: string;
  /** What came out, in one line. */
  readonly what: string;
  readonly causes: readonly string[];
  readonly remedies: readonly string[];
}

/** A stage in words. A reason that has no words of its own gets those of its kind: `bind.0x0401` those of `bind.other`. */
export function tell(stage: Stage, texts: DoctorTexts): Told {
  const words = texts.stages[stage.name];
  const title = words?.title ?? stage.name;
  const told = (template: string) => fill(template, stage.facts, texts.terms);
  if (stage.reason === null) {
    const template = stage.result === 'waiting' ? words?.waiting : words?.passed;
    return { title, what: told(template ?? ''), causes: [], remedies: [] };
  }
  const { what, causes, remedies } = adviceFor(stage.reason, texts);
  return { title, what: told(what), causes: causes.map(told), remedies: remedies.map(told) };
}

function adviceFor(reason: string, { reasons }: DoctorTexts): z.output<typeof advice> {
  const kind = `${reason.split('.')[0]}.other`;
  return reasons[reason] ?? reasons[kind] ?? { what: reason, causes: [], remedies: [] };
}

function fill(template: string, facts: Facts, terms: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const fact = String(facts[name] ?? '-');
    return Object.hasOwn(terms, fact) ? (terms[fact] ?? fact) : fact;
  });
}
