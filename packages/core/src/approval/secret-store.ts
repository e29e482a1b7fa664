/** Where sealed secrets lie. It sees ciphertext only; `secretFile` of `@sluice/core/sqlite` is one, a table of yours another. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>
  /** Durable when it resolves. */
  set(name: string, sealed: string): Promise<void>
  delete(name: string): Promise<void>
}
