/**
 * What only one node may do at a time: hold an SMPP session (telcos limit binds), poll a peer, run a job. With one node
 * it always has the turn.
 */
export interface Turns {
  /**
   * Waits for the turn and does the work while it lasts; again each time that it comes back, until `stop` fires or `work`
   * resolves by itself. `work` must end within `stopLimitMs` once its signal is aborted: then another node may begin.
   * @param share names turns that nodes share out evenly: none takes or keeps a second one while another has none.
   */
  hold(
    name: string,
    stop: AbortSignal,
    work: (turn: HeldTurn, ended: AbortSignal) => Promise<void>,
    share?: string,
  ): Promise<void>;
}

/** A turn that a node has had. */
export interface Turn {
  readonly name: string;
  /** Grows with each node that takes the turn, and when it lapsed: of two, the smaller one is over. */
  readonly token: number;
  /**
   * How much of the lease must be left, by the store's clock, for it to take what came in under this turn. A node that is
   * alive always has more: so less says that it was held up for longer than peers wait.
   */
  readonly leftMs: number;
}

export interface HeldTurn extends Turn {
  /**
   * Whether it is over by this node's own clock. A node that was frozen reads what lies in its sockets before any timer, and
   * so before the signal, tells it how late it is: work asks this before it takes anything in.
   */
  isOver(): boolean;
}

/** Where turns are kept. */
export interface TurnStore {
  /**
   * Takes a turn, or keeps it for so long again.
   * @returns its token, a new one also where this node had it and let it lapse; null: another node has it.
   */
  takeTurn(request: TurnRequest): Promise<number | null>;
  /** Gives a turn up, for whoever asks next; nothing where another node has it. */
  endTurn(name: string, owner: string): Promise<void>;
}

export interface TurnRequest {
  readonly name: string;
  /** Names the node. */
  readonly owner: string;
  readonly leaseMs: number;
}
