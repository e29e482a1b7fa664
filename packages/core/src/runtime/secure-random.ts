/** Bytes nobody can guess, from the platform. For keys, nonces and secrets alone: whatever a run is replayed from asks `Ids`. */
export function secureBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}
