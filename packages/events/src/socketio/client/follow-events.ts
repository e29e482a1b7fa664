import type { StreamItem } from '@sluice/core'
import { type AccountHead, type Batch, BATCH, type Hello, HELLO } from '../protocol.ts'
import { platformWait } from './runtime/platform-wait.ts'

const GLOBAL = '*'
/** Batches that wait while history is read. More are dropped, and fetched again like any other gap. */
const PENDING = 1024

/** A socket of `socket.io-client`, in the namespace of the sink. */
export interface FollowSocket {
  on(event: string, listener: (...values: unknown[]) => void): unknown
  off(event: string, listener: (...values: unknown[]) => void): unknown
  emit(event: string, ...values: unknown[]): unknown
  readonly connected: boolean
}

/**
 * `healing`: something was missed and is being fetched. `live`: up to date. `offline`: no connection, or the server says no; the
 * socket tries again as it was told to.
 */
export type FollowState = 'offline' | 'healing' | 'live'

export interface FollowEventsOptions {
  readonly socket: FollowSocket
  /** The accounts to follow; events of no single account come with them. */
  readonly accounts: readonly string[]
  /** The last sequence number of each account that is known already. Default: none. */
  readonly after?: ReadonlyMap<string, number>
  /**
   * Events of an account and of no single account after a cursor such as `main:12,*:3`, as GET /events has them: `events` of
   * `createExecutionClient` fits. It is left as soon as enough has come.
   */
  readonly history: (options: { readonly account: string; readonly after: string; readonly signal: AbortSignal }) => AsyncIterable<StreamItem>
  /** Every item once, in order per account, without gaps. A `stream_reset` replaces what was known of its account. */
  readonly onItem: (item: StreamItem) => void
  readonly onState?: (state: FollowState) => void
  /** Called when history could not be read; it is tried again after `retryDelay`. */
  readonly onFailure?: (error: unknown) => void
  /** ms. Default 1 000. */
  readonly retryDelay?: number
  /** Default: the platform's timer. */
  readonly wait?: (delay: number) => Promise<void>
}

export interface EventFollower {
  /** The last sequence number of each account: what to give as `after` next time. */
  readonly position: ReadonlyMap<string, number>
  readonly state: FollowState
  /** How often something was missed and fetched. */
  readonly heals: number
  close(): void
}

/** Follows accounts over a socket, and fetches what the socket missed: nothing is lost, nothing comes twice. */
export function followEvents(options: FollowEventsOptions): EventFollower {
  const { socket, accounts, history, onItem, onState, onFailure, retryDelay = 1000, wait = platformWait } = options
  const followed: readonly string[] = [...accounts.filter((account) => account !== GLOBAL), GLOBAL]
  const position = new Map(followed.map((account) => [account, options.after?.get(account) ?? 0]))
  const closing = new AbortController()
  let state: FollowState = 'offline'
  let heals = 0
  /** Grows with every connection: what an older one began is over. */
  let connection = 0
  /** The history that is being read for this connection. */
  let reading = new AbortController()
  let pending: Batch[] | undefined = []
  let dropped = false

  const enter = (next: FollowState): void => {
    if (state === next) return
    state = next
    onState?.(next)
  }
  const at = (account: string): number => position.get(account) ?? 0
  const take = (item: StreamItem): void => {
    const isReset = item.type === 'stream_reset'
    if (!position.has(item.account) || (!isReset && item.sequence <= at(item.account))) return
    position.set(item.account, item.sequence)
    onItem(item)
  }
  /** False when something before it is missing. */
  const apply = ({ account, after, through, items }: Batch): boolean => {
    if (!position.has(account)) return true
    if (after > at(account)) return false
    for (const item of items) take(item)
    position.set(account, Math.max(at(account), through))
    return true
  }

  const isBehind = (account: string, { visible }: AccountHead): boolean => at(account) < visible
  const ask = (): Promise<Hello> => new Promise((resolve) => { socket.emit(HELLO, resolve) })
  /** Whether the server now knows of all that is known here: an answer on its way may be older than what history told meanwhile. */
  const hasCaughtUp = async (account: string): Promise<boolean> => {
    const known = at(account)
    const { accounts: heads } = await ask()
    return known <= (heads[account]?.last ?? 0)
  }
  /** Ends a reading that waits for a sign of another journal, once the server has caught up: no event may come for hours. */
  const endWhenCaughtUp = async (account: string, own: AbortController): Promise<void> => {
    while (!own.signal.aborted) {
      await wait(retryDelay)
      if (!own.signal.aborted && await hasCaughtUp(account)) own.abort()
    }
  }
  /** Reads history until one account, and with it the global one, is where the server said. */
  const fetchUntil = async (account: string, hello: Hello, foreign: string | undefined): Promise<void> => {
    const targets = [account, GLOBAL].flatMap((name) => { const head = hello.accounts[name]; return head === undefined ? [] : [[name, head] as const] })
    const isThere = (): boolean => targets.every(([name, head]) => !isBehind(name, head))
    if (isThere() && foreign === undefined) return
    const own = new AbortController()
    reading = own
    let isKnown = foreign === undefined
    if (foreign !== undefined) void endWhenCaughtUp(foreign, own)
    try {
      const after = `${account}:${at(account)},${GLOBAL}:${at(GLOBAL)}`
      for await (const item of history({ account, after, signal: own.signal })) {
        if (own.signal.aborted) return
        take(item)
        // A reset, or an event that goes on from here: then it was no other journal.
        if (item.account === foreign) isKnown = true
        if (isThere() && isKnown) return
      }
    } finally {
      own.abort()
    }
  }
  const heal = async (hello: Hello, isNew: boolean, isOver: () => boolean): Promise<void> => {
    for (const account of followed) {
      const head = hello.accounts[account]
      if (head === undefined) continue
      // Only another journal ends before what is known here, also when it is asked again.
      const foreign = isNew && at(account) > head.last && !await hasCaughtUp(account)
      if (isOver()) return
      if (isBehind(account, head) || foreign) {
        enter('healing')
        heals += 1
        await fetchUntil(account === GLOBAL ? followed[0] ?? GLOBAL : account, hello, foreign ? account : undefined)
        if (isOver()) return
      }
      if (isBehind(account, head)) throw new Error(`history of ${account} ended before ${head.visible}`)
    }
    // What lies between is not for this reader.
    for (const account of followed) position.set(account, Math.max(at(account), hello.accounts[account]?.head ?? 0))
  }

  /** Works off what came in the meantime; what still does not fit is another gap. */
  const settle = async (hello: Hello, own: number, isNew: boolean): Promise<void> => {
    const isOver = (): boolean => own !== connection || closing.signal.aborted
    try {
      await heal(hello, isNew, isOver)
    } catch (error) {
      if (isOver()) return
      onFailure?.(error)
      await wait(retryDelay)
      if (isOver()) return
      await settle(hello, own, isNew)
      return
    }
    if (isOver()) return
    const waiting = pending ?? []
    const isWhole = waiting.every(apply) && !dropped
    pending = undefined
    dropped = false
    if (isWhole) enter('live')
    else onGap(own)
  }
  const onGap = (own: number, first: Batch[] = []): void => {
    pending = first
    void ask().then((hello) => (own === connection && !closing.signal.aborted ? settle(hello, own, false) : undefined))
  }

  const onHello = (hello: unknown): void => {
    connection += 1
    reading.abort()
    pending = []
    void settle(hello as Hello, connection, true)
  }
  const onBatch = (given: unknown): void => {
    const batch = given as Batch
    if (pending !== undefined) {
      if (pending.length < PENDING) pending.push(batch)
      else dropped = true
      return
    }
    if (!apply(batch)) onGap(connection, [batch])
  }
  const onDisconnect = (): void => {
    connection += 1
    reading.abort()
    pending = []
    enter('offline')
  }
  socket.on(HELLO, onHello)
  socket.on(BATCH, onBatch)
  socket.on('disconnect', onDisconnect)
  // Its greeting has gone by.
  if (socket.connected) void ask().then((hello) => { if (connection === 0 && !closing.signal.aborted) onHello(hello) })

  return {
    position,
    get state() { return state },
    get heals() { return heals },
    close: () => {
      closing.abort()
      reading.abort()
      connection += 1
      socket.off(HELLO, onHello)
      socket.off(BATCH, onBatch)
      socket.off('disconnect', onDisconnect)
      enter('offline')
    },
  }
}
