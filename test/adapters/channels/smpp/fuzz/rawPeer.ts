import { createServer, type Server, type Socket } from 'node:net';

const command = { bindTransceiver: 0x09, enquireLink: 0x15, unbind: 0x06 } as const;
const responseBit = 0x8000_0000;

/** A peer that writes any octets, and looks at headers only. */
export class RawPeer {
  readonly #server: Server;
  #socket: Socket | null = null;
  #onBound: (() => void)[] = [];
  #awaited = new Set<number>();
  #onAnswered: (() => void) | null = null;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async listen(): Promise<RawPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new RawPeer(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the peer does not listen');
    return address.port;
  }

  /** Resolves at the next bind. */
  nextBound(): Promise<void> {
    return new Promise((resolve) => {
      this.#onBound.push(resolve);
    });
  }

  /** Writes, and resolves when each of these sequence numbers has been answered; rejects after `timeoutMs`. */
  exchange(octets: Buffer, sequences: readonly number[], timeoutMs: number): Promise<void> {
    this.#awaited = new Set(sequences);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const [first] = this.#awaited;
        reject(new Error(`${this.#awaited.size} of ${sequences.length} were not answered, first ${first}`));
      }, timeoutMs);
      this.#onAnswered = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#socket?.write(octets);
      this.#settle();
    });
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 16 && rest.length >= rest.readUInt32BE(0)) {
        this.#take(socket, rest.readUInt32BE(4), rest.readUInt32BE(12));
        rest = rest.subarray(rest.readUInt32BE(0));
      }
    });
  }

  #take(socket: Socket, commandId: number, sequence: number): void {
    if (commandId >= responseBit) {
      this.#awaited.delete(sequence);
      this.#settle();
      return;
    }
    const body = commandId === command.bindTransceiver ? Buffer.from('smsc\0') : Buffer.alloc(0);
    socket.write(Buffer.concat([header(commandId + responseBit, sequence, body.length), body]));
    if (commandId === command.bindTransceiver) for (const resolve of this.#onBound.splice(0)) resolve();
  }

  #settle(): void {
    if (this.#awaited.size > 0) return;
    this.#onAnswered?.();
    this.#onAnswered = null;
  }
}

function header(commandId: number, sequence: number, bodyOctets: number): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(16 + bodyOctets, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(sequence, 12);
  return octets;
}
