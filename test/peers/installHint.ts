/** Ends each message about a peer that cannot be started: the suite fails without its peers, and never skips. */
export const installHint = 'Is it installed? As root: scripts/peers/install.sh';
