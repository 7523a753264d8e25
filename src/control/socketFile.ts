/** Where the running gateway listens for operators' commands: beside the store, for each gateway has one of its own. */
export function controlSocketFile(storeUrl: string): string {
  return `${storeUrl.replace(/^sqlite:/, '')}.control`;
}

/** What the address of a Unix domain socket can hold: 108 octets with a NUL on Linux, 104 elsewhere. */
export const socketPathMaxOctets = 103;
