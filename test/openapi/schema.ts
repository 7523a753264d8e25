/**
 * Checks values against the JSON Schema of an OpenAPI 3.0 description: the part of it that X's description uses. A keyword
 * that it doesn't know is a fault, so nothing goes unchecked in silence. Properties that the description doesn't name are
 * faults too, though JSON Schema would let them pass: a misspelled key is what the check is for.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping?: Readonly<Record<string, string>> };
}

export interface Components {
  readonly schemas: Readonly<Record<string, Schema>>;
}

const knownKeywords: ReadonlySet<string> = new Set([
  ...['$ref', 'type', 'nullable', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'items'],
  ...['minItems', 'maxItems', 'uniqueItems', 'properties', 'required', 'additionalProperties', 'allOf', 'anyOf'],
  ...['oneOf', 'discriminator', 'description', 'example', 'default', 'title'],
]);

type Check = (value: unknown, schema: Schema) => boolean;

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Of strings only; how large a number may be is no fault that a peer makes by mistake. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text) => URL.canParse(text),
  // The description gives a pattern in the place of a format here.
  '^[0-9]{1,19}$': (text) => /^[0-9]{1,19}$/.test(text),
};

const length = (value: unknown): number => (value as string | readonly unknown[]).length;

/** Keywords about one value alone, with what they ask. */
const simpleChecks: Readonly<Record<string, Check>> = {
  enum: (value, schema) => schema.enum?.some((each) => each === value) ?? true,
  pattern: (value, { pattern = '' }) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  format: (value, { format = '' }) => typeof value !== 'string' || (formats[format]?.(value) ?? true),
  minLength: (value, { minLength = 0 }) => typeof value !== 'string' || [...value].length >= minLength,
  maxLength: (value, { maxLength = Infinity }) => typeof value !== 'string' || [...value].length <= maxLength,
  minimum: (value, { minimum = -Infinity }) => typeof value !== 'number' || value >= minimum,
  maximum: (value, { maximum = Infinity }) => typeof value !== 'number' || value <= maximum,
  minItems: (value, { minItems = 0 }) => !Array.isArray(value) || length(value) >= minItems,
  maxItems: (value, { maxItems = Infinity }) => !Array.isArray(value) || length(value) <= maxItems,
  uniqueItems: (value) => !Array.isArray(value) || new Set(value).size === value.length,
};

export class SchemaCheck {
  constructor(private readonly components: Components) {}

  /** @returns each fault with the place that it is at; none when the value fits. */
  faults(value: unknown, schema: Schema, at = ''): readonly string[] {
    if (schema.$ref !== undefined) return this.faults(value, this.#named(schema.$ref), at);
    const unknown = Object.keys(schema).filter((keyword) => !knownKeywords.has(keyword));
    if (unknown.length > 0) return [`${at}: the check does not know the keyword ${unknown.join(', ')}`];
    if (value === null && schema.nullable) return [];
    if (schema.type !== undefined && !types[schema.type]?.(value))
      return [`${at}: ${shown(value)} is no ${schema.type}`];
    const failed = Object.entries(simpleChecks).filter(([keyword, fits]) => keyword in schema && !fits(value, schema));
    return [
      ...failed.map(
        ([keyword]) => `${at}: ${shown(value)} against ${keyword} ${shown(schema[keyword as keyof Schema])}`,
      ),
      ...this.#inside(value, schema, at),
      ...this.#alternatives(value, schema, at),
    ];
  }

  #inside(value: unknown, schema: Schema, at: string): readonly string[] {
    const { items } = schema;
    if (Array.isArray(value)) {
      return items === undefined ? [] : value.flatMap((each, place) => this.faults(each, items, `${at}/${place}`));
    }
    if (typeof value !== 'object' || value === null) return [];
    const missing = (schema.required ?? []).filter((name) => !(name in value));
    const named = this.#names(schema);
    return [
      ...missing.map((name) => `${at}/${name}: missing`),
      ...Object.entries(value).flatMap(([name, each]) => {
        const own = schema.properties?.[name];
        if (own !== undefined) return this.faults(each, own, `${at}/${name}`);
        // What a part names, the part checks.
        if (named.has(name)) return [];
        return this.#isOpen(schema, named) ? [] : [`${at}/${name}: not in the description`];
      }),
    ];
  }

  /** Of the schema and of those that it is put together from: only as a whole do they name everything. */
  #names(schema: Schema): ReadonlySet<string> {
    const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? [])].map((part) => this.#resolved(part));
    return new Set([...parts.flatMap((part) => [...this.#names(part)]), ...Object.keys(schema.properties ?? {})]);
  }

  /** Where the description says nothing of the inside, or leaves the kinds of a thing out of the excerpt. */
  #isOpen(schema: Schema, named: ReadonlySet<string>): boolean {
    if (schema.oneOf !== undefined || schema.discriminator !== undefined) return true;
    return named.size === 0 && schema.additionalProperties !== false;
  }

  #alternatives(value: unknown, schema: Schema, at: string): readonly string[] {
    const chosen = this.#byDiscriminator(value, schema, at);
    if (chosen !== null) return chosen;
    const anyOf = schema.anyOf?.map((each) => this.#partFaults(value, each, at));
    if (anyOf !== undefined && !anyOf.some((faults) => faults.length === 0)) return anyOf[0] ?? [];
    const oneOf = schema.oneOf?.map((each) => this.faults(value, each, at));
    if (oneOf !== undefined && !oneOf.some((faults) => faults.length === 0)) return oneOf[0] ?? [];
    return (schema.allOf ?? []).flatMap((each) => this.#partFaults(value, each, at));
  }

  /** @returns null where the schema has no discriminator that can be followed. */
  #byDiscriminator(value: unknown, { discriminator, oneOf }: Schema, at: string): readonly string[] | null {
    if (discriminator?.mapping === undefined || oneOf === undefined) return null;
    // A name such as `../event_type` lies outside of the value: whoever knows the event picks the schema.
    if (discriminator.propertyName.includes('/')) return null;
    const kind = (value as Readonly<Record<string, unknown>>)[discriminator.propertyName];
    const reference = discriminator.mapping[String(kind)];
    if (reference === undefined)
      return [`${at}/${discriminator.propertyName}: ${shown(kind)} is none that is described`];
    return this.faults(value, this.#named(reference), at);
  }

  /** A part names only some of the properties: the others are told of by the whole. */
  #partFaults(value: unknown, part: Schema, at: string): readonly string[] {
    return this.faults(value, part, at).filter((fault) => !fault.endsWith('not in the description'));
  }

  #resolved(schema: Schema): Schema {
    return schema.$ref === undefined ? schema : this.#resolved(this.#named(schema.$ref));
  }

  #named(reference: string): Schema {
    const schema = this.components.schemas[reference.replace('#/components/schemas/', '')];
    if (schema === undefined) throw new Error(`The description refers to ${reference} and does not have it`);
    return schema;
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
