/** A WAL without the zeros that were written ahead of it: harm done there is none, and most of it would be done there. */
export function writtenWal(wal: Buffer): Buffer {
  let end = wal.length
  while (end > 0 && wal[end - 1] === 0) end -= 1
  // A header, then pages of 4096 bytes, each behind a header of its own; a page may end with zeros.
  return wal.subarray(0, 32 + Math.ceil((end - 32) / 4120) * 4120)
}
