/**
 * The `conversation` section for citizens that are machines and write without pause: each of their texts is a report and
 * gets an acknowledgement of its own, at any hour.
 */
export const machineConversation = {
  askPlace: false,
  sameTextMinutes: 0,
  answersInWindow: 1_000_000,
  quietHours: { from: '00:00', to: '00:00' },
} as const;
