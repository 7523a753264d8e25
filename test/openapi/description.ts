import { existsSync, readFileSync } from 'node:fs';
import type { Exchange } from '../../scripts/simulators/x/simulator.js';
import { packagedFile } from '../../src/config/env.js';
import { type Components, type Schema, SchemaCheck } from './schema.js';

/** X's published API description, and whether what goes between us and X fits it. */

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly operationId: string;
  readonly security?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components & { readonly parameters: Readonly<Record<string, Parameter>> };
}

const schemes = { app: 'BearerToken', oauth1: 'UserToken', oauth2: 'OAuth2UserToken' } as const;

/** The folder of descriptions lies beside the project and is no part of it. */
function fileOf(version: string): string {
  return packagedFile('..', 'shared', 'openapi', `x-api-v${version}.json`);
}

export function isAtHand(version: string): boolean {
  return existsSync(fileOf(version));
}

export class XDescription {
  readonly #document: Document;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #check: SchemaCheck;

  constructor(version: string) {
    this.#document = JSON.parse(readFileSync(fileOf(version), 'utf8')) as Document;
    const operations = Object.values(this.#document.paths).flatMap((path) => Object.values(path));
    this.#operations = new Map(operations.map((operation) => [operation.operationId, operation]));
    this.#check = new SchemaCheck(this.#document.components);
  }

  /** Faults of a request that X took; one that it refused may well be wrong. */
  requestFaults({ operation: name, caller, params, query, request }: Exchange): readonly string[] {
    const operation = this.#operations.get(name);
    if (operation === undefined) return [`${name}: not in the description`];
    const allowed = (operation.security ?? []).flatMap((each) => Object.keys(each));
    const body = operation.requestBody?.content['application/json']?.schema;
    const faults = [
      ...(allowed.includes(schemes[caller]) ? [] : [`: ${schemes[caller]} is none of ${allowed.join(', ')}`]),
      ...this.#parameterFaults(operation, 'query', Object.fromEntries(query)),
      ...this.#parameterFaults(operation, 'path', params),
      ...(request === undefined || body === undefined ? [] : this.#check.faults(request, body, '/body')),
    ];
    return faults.map((fault) => `${name} request ${fault}`);
  }

  /** @param status an error is checked only where its `type` is one that the description has. */
  answerFaults({
    operation: name,
    status,
    answer,
  }: Pick<Exchange, 'operation' | 'status' | 'answer'>): readonly string[] {
    const { responses } = this.#operations.get(name) ?? {};
    if (responses === undefined) return [`${name}: not in the description`];
    const response = responses[String(status)] ?? responses.default;
    const kind = status < 400 ? 'application/json' : 'application/problem+json';
    if (status < 400 && responses[String(status)] === undefined) return [`${name}: answers ${status}, not described`];
    const schema = response?.content[kind]?.schema;
    if (schema === undefined) return [`${name}: no ${kind} is described for ${status}`];
    if (status >= 400 && !this.#describesProblem(answer)) return [];
    return this.#check.faults(answer, schema).map((fault) => `${name} ${status} ${fault}`);
  }

  /** A value against a schema by its name. */
  faults(value: unknown, schemaName: string): readonly string[] {
    return this.#check.faults(value, { $ref: `#/components/schemas/${schemaName}` });
  }

  /** `about:blank`, limits and caps are documented in prose only. */
  #describesProblem(answer: unknown): boolean {
    const { mapping = {} } = this.#document.components.schemas.Problem?.discriminator ?? {};
    return String((answer as { type?: unknown }).type) in mapping;
  }

  #parameterFaults(operation: Operation, place: 'query' | 'path', given: Readonly<Record<string, string>>): string[] {
    const known = new Map(
      (operation.parameters ?? []).map((each) => {
        const parameter = each.$ref === undefined ? each : this.#parameter(each.$ref);
        return [parameter.name, parameter];
      }),
    );
    const missing = [...known.values()].filter((each) => each.in === place && each.required && !(each.name in given));
    return [
      ...missing.map(({ name }) => `/${name}: missing`),
      ...Object.entries(given).flatMap(([name, text]) => {
        const parameter = known.get(name);
        if (parameter?.in !== place) return [`/${name}: not in the description`];
        return this.#check.faults(meantBy(text, parameter.schema), parameter.schema, `/${name}`);
      }),
    ];
  }

  #parameter(reference: string): Parameter {
    const parameter = this.#document.components.parameters[reference.replace('#/components/parameters/', '')];
    if (parameter === undefined) throw new Error(`The description refers to ${reference} and does not have it`);
    return parameter;
  }
}

/** Text of a query as the value that it stands for: `style: form`, not exploded. */
function meantBy(text: string, schema: Schema): unknown {
  if (schema.type === 'array') return text.split(',');
  if (schema.type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  return schema.type === 'boolean' ? text === 'true' : text;
}
