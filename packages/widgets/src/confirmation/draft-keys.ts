import type { OrderRequest } from '@sluice/core'
import { randomKey } from '../runtime/random-key.ts'

/** The idempotency key of a draft. */
export interface DraftKey {
  readonly key: string
  /** The order was sent with it, and nobody saw its answer: the server takes it until this instant of its own clock. */
  readonly notAfter?: string
}

const PREFIX = 'sluice-draft:'

/** For pages whose storage is closed: a key then lives as long as the page. */
const memory = new Map<string, string>()

function read(name: string): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? memory.get(name)
  } catch {
    return memory.get(name)
  }
}

function write(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value)
  } catch {
    memory.set(name, value)
  }
}

/** The same draft always has the same name, in whatever order its fields were written. */
function nameOf(account: string, request: OrderRequest): string {
  const sorted = (value: object): [string, unknown][] => Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  const canonical = JSON.stringify(request, (_name, value: unknown) => (typeof value === 'object' && value !== null ? Object.fromEntries(sorted(value)) : value))
  return `${PREFIX}${account}:${canonical}`
}

/**
 * The key of one draft. It is minted when the draft is first shown and kept until the server gave a final answer, over a
 * reload too: the same order, confirmed again, then finds the order that was already placed.
 */
export class DraftKeys {
  readonly #name: string
  readonly #own: string | undefined
  #minted: DraftKey

  constructor(account: string, request: OrderRequest) {
    this.#name = nameOf(account, request)
    this.#own = request.idempotencyKey
    this.#minted = this.#stored() ?? { key: this.#own ?? randomKey() }
    this.#save(this.#minted)
  }

  get current(): DraftKey {
    return this.#stored() ?? this.#minted
  }

  markSent(notAfter: string): void {
    this.#save({ key: this.#minted.key, notAfter })
  }

  /** The key will never be taken: a new order gets a new one. */
  renew(): void {
    this.#minted = { key: this.#own ?? randomKey() }
    this.#save(this.#minted)
  }

  /** The key has done its duty: the answer is known, or nothing was sent. */
  forget(): void {
    memory.delete(this.#name)
    try {
      sessionStorage.removeItem(this.#name)
    } catch {
      // It was never there.
    }
  }

  #save(value: DraftKey): void {
    write(this.#name, JSON.stringify(value))
  }

  #stored(): DraftKey | undefined {
    try {
      const value = JSON.parse(read(this.#name) ?? 'null') as DraftKey | null
      return value !== null && typeof value.key === 'string' ? value : undefined
    } catch {
      return undefined
    }
  }
}
