/** The least that is a PNG to whoever looks at its first octets, and something behind that tells two apart. */
export function png(content = 'a'): Buffer {
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from(content)]);
}
