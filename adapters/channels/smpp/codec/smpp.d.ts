/** The slice of `smpp` 0.5.1 that is used here: its tables of commands, fields and TLVs. It ships no types. */
declare module 'smpp' {
  export type FieldValue = number | string | Buffer;

  export interface FieldType {
    readonly default: unknown;
    read(buffer: Buffer, offset: number, length?: number): FieldValue;
    write(value: FieldValue, buffer: Buffer, offset: number): void;
    size(value: FieldValue): number;
  }

  export interface CommandDefinition {
    readonly id: number;
    readonly command: string;
    readonly params?: Readonly<Record<string, { readonly type: FieldType; readonly default?: unknown }>>;
  }

  export interface TlvDefinition {
    readonly id: number;
    readonly tag: string;
    readonly type: FieldType;
  }

  /** Only tests use it, as a second opinion: its filters guess at text. */
  export class PDU {
    constructor(command: string | Buffer, options?: Readonly<Record<string, unknown>>);
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly [field: string]: unknown;
    toBuffer(): Buffer;
  }

  const smpp: {
    readonly commands: Readonly<Record<string, CommandDefinition>>;
    readonly commandsById: Readonly<Record<number, CommandDefinition>>;
    readonly tlvs: Readonly<Record<string, TlvDefinition>>;
    readonly tlvsById: Readonly<Record<number, TlvDefinition>>;
    readonly types: Readonly<Record<string, FieldType>>;
    readonly errors: Readonly<Record<string, number>>;
    readonly PDU: typeof PDU;
  };
  export default smpp;
}
