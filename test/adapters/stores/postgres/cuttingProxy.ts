import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands between a store and its database and can cut the line: at once, or in the moment in which a commit is on its way
 * and its answer is not. It can also make the database one that does not know a word.
 */
export class CuttingProxy {
  readonly #sockets = new Set<Socket>();
  #cutsAt: { readonly words: string; readonly answer: string } | null = null;
  readonly #unknown: string[] = [];
  #isShut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** @param url of the database. */
  static async start(url: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, new URL(url));
    server.on('connection', (socket) => proxy.#join(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    const through = new URL(this.target);
    if (typeof address === 'object' && address !== null) through.port = String(address.port);
    return through.href;
  }

  /** The next commit reaches the database, and its answer nobody. */
  cutAtNextCommit(): void {
    this.cutAtNext('COMMIT', 'COMMIT');
  }

  /** What is sent next with these words reaches the database, and its answer nobody: the line ends when it is given. */
  cutAtNext(words: string, answer: string): void {
    this.#cutsAt = { words, answer };
  }

  /** From now on the database has never heard of this word: it gets another of the same length. */
  makeUnknown(word: string): void {
    this.#unknown.push(word);
  }

  /** The database is away: what there is ends, and nothing new is let through. */
  shut(): void {
    this.#isShut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#isShut = false;
  }

  async stop(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #translated(octets: Buffer): Buffer {
    const known = this.#unknown.filter((word) => octets.includes(word));
    if (known.length === 0) return octets;
    const text = known.reduce((said, word) => said.replaceAll(word, `zz${word.slice(2)}`), octets.toString('latin1'));
    return Buffer.from(text, 'latin1');
  }

  #join(client: Socket): void {
    if (this.#isShut) {
      client.destroy();
      return;
    }
    const database = connect(Number(this.target.port), this.target.hostname);
    let isDeaf = false;
    for (const socket of [client, database]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (octets) => {
      const { words, answer } = this.#cutsAt ?? {};
      if (words !== undefined && answer !== undefined && octets.includes(words)) {
        this.#cutsAt = null;
        isDeaf = true;
        database.on('data', (said) => {
          if (said.includes(answer)) client.destroy();
        });
      }
      database.write(this.#translated(octets));
    });
    database.on('data', (octets) => {
      if (!isDeaf) client.write(octets);
    });
    client.on('close', () => database.end());
    database.on('close', () => client.destroy());
  }
}
