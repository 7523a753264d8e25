/** The few octets of SMPP 3.4 that the generator reads and writes by hand (sections 4 and 5.1). */

export const headerOctets = 16;

export const commandId = {
  bindReceiver: 0x00000001,
  bindTransmitter: 0x00000002,
  submitSm: 0x00000004,
  deliverSm: 0x00000005,
  unbind: 0x00000006,
  bindTransceiver: 0x00000009,
  enquireLink: 0x00000015,
  genericNack: 0x80000000,
  deliverSmResp: 0x80000005,
} as const;

/** Added to a request's command_id, it gives the response's. */
export const responseBit = 0x80000000;

/** Statuses with which an ESME asks to be sent the message again: RSYSERR, RMSGQFUL, RTHROTTLED, RX_T_APPN. */
export const temporaryStatuses: ReadonlySet<number> = new Set([0x08, 0x14, 0x58, 0x64]);

export function writeHeader(target: Buffer, offset: number, length: number, command: number, sequence: number): void {
  target.writeUInt32BE(length, offset);
  target.writeUInt32BE(command, offset + 4);
  target.writeUInt32BE(0, offset + 8);
  target.writeUInt32BE(sequence, offset + 12);
}

/** A successful response; `body` is what follows the header, such as a system_id with its NUL. */
export function response(requestCommand: number, sequence: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const pdu = Buffer.alloc(headerOctets + body.length);
  writeHeader(pdu, 0, pdu.length, requestCommand + responseBit, sequence);
  body.copy(pdu, headerOctets);
  return pdu;
}

const zero = 0x30;

/** Writes `value` as exactly `count` ASCII digits, with leading zeros; higher digits fall away. */
export function writeDigits(target: Buffer, offset: number, count: number, value: number): void {
  let rest = value;
  for (let at = offset + count - 1; at >= offset; at--) {
    const next = Math.floor(rest / 10);
    target[at] = zero + (rest - next * 10);
    rest = next;
  }
}

/** A NUL-terminated string (C-Octet String). */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
