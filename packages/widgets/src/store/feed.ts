import { type ConnectionState, type ExecutionClient, ExecutionClientError } from '@sluice/http/client'
import type { StreamItem } from '@sluice/core'
import { after, now } from '../runtime/timing.ts'
import type { Connection } from './connection.ts'

/**
 * A sequence number that no journal has reached. The server answers it with a `stream_reset`: a snapshot and the exact place in
 * the history that goes with it, so that nothing falls between the snapshot and the events that follow.
 */
const BEYOND = '999999999999999'
/** When the feed ended for a reason that may pass, for example headers that could not be made; in milliseconds. */
const RETRY_DELAY = 5000

export interface FeedHandlers {
  readonly item: (item: StreamItem) => void
  readonly connection: (connection: Connection) => void
}

/** The one connection behind a store: a snapshot, then every event, resumed after each cut until it is stopped. */
export class Feed {
  readonly #client: ExecutionClient
  readonly #account: string
  readonly #handlers: FeedHandlers
  readonly #stopped = new AbortController()
  #state: ConnectionState = 'connecting'
  #hasSnapshot = false
  #asOf: number | undefined
  #cancelRetry: (() => void) | undefined

  constructor(client: ExecutionClient, account: string, handlers: FeedHandlers) {
    this.#client = client
    this.#account = account
    this.#handlers = handlers
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped
    try {
      const start = `${this.#account}:${BEYOND},*:${BEYOND}`
      const items = this.#client.events({ account: this.#account, after: start, signal, onState: (state) => { this.#enter(state) } })
      for await (const item of items) {
        if (signal.aborted) return
        this.#handlers.item(item)
        if (item.type === 'stream_reset' && item.account === this.#account) this.#tookSnapshot()
      }
    } catch (error) {
      this.#failed(error)
    }
  }

  stop(): void {
    this.#cancelRetry?.()
    this.#stopped.abort()
  }

  #tookSnapshot(): void {
    if (this.#hasSnapshot) return
    this.#hasSnapshot = true
    this.#report()
  }

  #enter(state: ConnectionState): void {
    if (this.#state === 'live' && state !== 'live' && this.#hasSnapshot) this.#asOf = now()
    this.#state = state
    this.#report()
  }

  #failed(error: unknown): void {
    if (this.#stopped.signal.aborted) return
    if (ExecutionClientError.isInstance(error) && error.status > 0) {
      this.#enter('denied')
      return
    }
    this.#enter('offline')
    this.#cancelRetry = after(RETRY_DELAY, () => {
      void this.run()
    })
  }

  #report(): void {
    if (this.#stopped.signal.aborted) return
    const phase = this.#state === 'live' && !this.#hasSnapshot ? 'connecting' : this.#state
    const asOf = phase === 'live' ? now() : this.#asOf
    this.#handlers.connection({ phase, ...(asOf !== undefined && { asOf }) })
  }
}
