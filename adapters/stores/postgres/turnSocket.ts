import { Socket } from 'node:net';

/**
 * A socket that writes once for all statements that are sent without waiting in between. The driver corks the socket
 * while it writes the messages of one statement; here it stays corked until the callbacks under way are done. Otherwise
 * each statement would cost a system call here and wake the server there.
 */
export class TurnSocket extends Socket {
  override uncork(): void {
    process.nextTick(() => super.uncork());
  }
}
