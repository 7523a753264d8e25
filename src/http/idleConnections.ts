import type { Socket } from 'node:net';

/**
 * Keeps open connections within a limit by closing those without a request under way, the idlest first. Node's own
 * `maxConnections` turns away who comes last, so a thousand idle keep-alive connections would lock everybody out.
 * A connection that has sent no whole request yet is idle as well: who dribbles headers must not keep others out.
 */
export class IdleConnections {
  /** In the order in which they fell idle. */
  readonly #idle = new Set<Socket>();
  /** Each with how many of its requests are under way: more than one, where a peer sends them before it is answered. */
  readonly #open = new Map<Socket, number>();

  constructor(private readonly connectionsMax: number) {}

  opened(socket: Socket): void {
    this.#open.set(socket, 0);
    this.#idle.add(socket);
    socket.once('close', () => this.#forget(socket));
    this.#makeRoom();
  }

  /** A request of this connection is under way. */
  busy(socket: Socket): void {
    this.#open.set(socket, (this.#open.get(socket) ?? 0) + 1);
    this.#idle.delete(socket);
  }

  /** The answer to one of its requests is out. */
  answered(socket: Socket): void {
    const underWay = this.#open.get(socket);
    if (underWay === undefined) return;
    this.#open.set(socket, underWay - 1);
    if (underWay > 1) return;
    this.#idle.add(socket);
    this.#makeRoom();
  }

  #makeRoom(): void {
    const [idlest] = this.#idle;
    // One came, so one goes; the newest always stays until it has had its say.
    if (this.#open.size <= this.connectionsMax || idlest === undefined || this.#idle.size === 1) return;
    this.#forget(idlest);
    idlest.destroy();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#idle.delete(socket);
  }
}
