/** How often something was perhaps done, where it was only whether: the bound on perhaps sending a reply again counts these. */
export const uncertainAttempts = `
  ALTER TABLE forward_queue RENAME COLUMN perhaps_done TO uncertain_attempts;
  ALTER TABLE reply_queue RENAME COLUMN perhaps_done TO uncertain_attempts;
`;
