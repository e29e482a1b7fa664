import type { EngageCommand, GuardStatus, KillReport, KillStatus, Order, OrderStatus, Position, ReleaseCommand, StreamItem } from '@sluice/core'
import type { ExecutionClient } from '@sluice/http/client'
import { OrderBook } from '../orders/order-book.ts'
import { clientFeed, snapshotsFrom } from '../feed/client-feed.ts'
import { Feed } from '../feed/feed.ts'
import type { FeedSource } from '../feed/feed-source.ts'
import type { FeedGap } from '../feed/sequencer.ts'
import { onNextFrame } from '../runtime/timing.ts'
import type { Connection } from './connection.ts'
import { applyKillEvent } from './kill-status.ts'
import { Poll } from './poll.ts'
import { applyPosition } from './positions.ts'

/** What changed since the last frame. */
export interface StoreChange {
  readonly orders: boolean
  readonly positions: boolean
  readonly limits: boolean
  readonly killSwitch: boolean
  readonly connection: boolean
  /** How many orders came into each status. */
  readonly transitions: ReadonlyMap<OrderStatus, number>
}

export type StoreListener = (change: StoreChange) => void

const unchanged = { orders: false, positions: false, limits: false, killSwitch: false, connection: false }
type Part = keyof typeof unchanged

/**
 * What the page knows of one account, kept up to date over one connection as long as anybody listens. Listeners are called at
 * most once a frame, however many events arrive.
 */
export class ExecutionStore {
  readonly #client: ExecutionClient | undefined
  readonly #source: FeedSource | undefined
  readonly account: string
  /** Called when something was lost on the way and everything is read anew. */
  onGap: ((gap: FeedGap) => void) | undefined
  readonly orders: OrderBook = new OrderBook()
  positions: readonly Position[] | undefined
  /** The guards in force and how much of each limit is used. */
  limits: readonly GuardStatus[] | undefined
  killSwitch: KillStatus | undefined
  connection: Connection = { phase: 'connecting' }
  readonly #listeners = new Set<StoreListener>()
  #changed: Record<Part, boolean> = { ...unchanged }
  #cancelFrame: (() => void) | undefined
  #feed: Feed | undefined
  readonly #positions = new Poll(async () => {
    if (this.connection.phase !== 'live') return
    this.positions = await this.client.positions({ account: this.account })
    this.#touch('positions')
  })

  readonly #limits = new Poll(async () => {
    this.limits = await this.client.guards({ account: this.account })
    this.#touch('limits')
  })

  /** Without `feed` the client's stream is read; without `client` nothing can be placed, canceled or stopped. */
  constructor(client: ExecutionClient | undefined, account: string, feed?: FeedSource) {
    this.#client = client
    this.#source = feed ?? (client && clientFeed(client))
    this.account = account
  }

  /** Whether there is anybody to send commands to. */
  get canCommand(): boolean {
    return this.#client !== undefined
  }

  /** @throws DOMException where the page gave a feed and no client. */
  get client(): ExecutionClient {
    if (this.#client === undefined) throw new DOMException('This feed takes no commands: give the provider an endpoint or a client too.', 'NotSupportedError')
    return this.#client
  }

  /** Connects with the first listener, disconnects after the last. Returns how to stop listening. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    if (this.#feed === undefined) this.restart()
    return () => {
      this.#listeners.delete(listener)
      // An element that only moves in the document is back within this task.
      queueMicrotask(() => {
        if (this.#listeners.size === 0) this.#stop()
      })
    }
  }

  /** Connects anew: with other credentials, or after the server said no. */
  restart(): void {
    this.#stop()
    if (this.#listeners.size === 0 || this.#source === undefined) return
    const feed = new Feed({
      source: this.#source,
      account: this.account,
      takeSnapshot: this.#client && snapshotsFrom(this.#client),
      handlers: {
        item: (item) => {
          this.#take(item)
        },
        connection: (connection) => {
          this.connection = connection
          this.#touch('connection')
        },
        gap: (gap) => this.onGap?.(gap),
      },
    })
    this.#feed = feed
    feed.run()
    void this.#askKillSwitch()
  }

  /** Takes in an order that an answer brought: nobody waits for the feed to say the same. */
  takeOrder(order: Order): void {
    this.orders.put(order)
    this.#touch('orders')
  }

  async cancelOrder(orderId: string): Promise<void> {
    this.takeOrder(await this.client.cancelOrder(orderId))
  }

  async engage(command: EngageCommand): Promise<KillReport> {
    const report = await this.client.killSwitch.engage(command)
    // The report is the server's word that it stopped; the status that goes with it may come by the feed first.
    await this.#askKillSwitch()
    return report
  }

  async release(command: ReleaseCommand): Promise<void> {
    this.#takeKillSwitch(await this.client.killSwitch.release(command))
  }

  /** Keeps prices in positions fresh while somebody looks. Returns how to stop. */
  watchPositions(): () => void {
    return this.#positions.watch()
  }

  /** Keeps the use of limits fresh while somebody looks. Returns how to stop. */
  watchLimits(): () => void {
    return this.#limits.watch()
  }

  #take(item: StreamItem): void {
    switch (item.type) {
      case 'stream_reset':
        if (item.account !== this.account) {
          void this.#askKillSwitch()
          return
        }
        this.orders.replaceAll(item.orders)
        this.positions = item.positions
        this.#touch('orders')
        this.#touch('positions')
        return
      case 'position_changed':
        this.positions = applyPosition(this.positions ?? [], item)
        this.#touch('positions')
        this.#positions.soon()
        this.#limits.soon()
        return
      case 'kill_switch_changed':
        this.#takeKillSwitch(applyKillEvent(this.killSwitch, item))
        return
      default: {
        const result = this.orders.apply(item)
        if (result === 'ask' && 'orderId' in item.data && item.data.orderId !== undefined) void this.#askOrder(item.data.orderId)
        if (result !== 'changed') return
        this.#touch('orders')
        this.#limits.soon()
      }
    }
  }

  #takeKillSwitch(status: KillStatus): void {
    if (this.killSwitch !== undefined && status.epoch < this.killSwitch.epoch) return
    this.killSwitch = status
    this.#touch('killSwitch')
  }

  async #askKillSwitch(): Promise<void> {
    try {
      this.#takeKillSwitch(await this.client.killSwitch.status())
    } catch {
      // The feed says whether the server is there.
    }
  }

  async #askOrder(orderId: string): Promise<void> {
    try {
      this.takeOrder(await this.client.getOrder(orderId))
    } catch {
      // The next snapshot has it.
    }
  }

  #stop(): void {
    this.#feed?.stop()
    this.#feed = undefined
    this.#positions.stop()
    this.#limits.stop()
    this.#cancelFrame?.()
    this.#cancelFrame = undefined
  }

  #touch(part: Part): void {
    this.#changed[part] = true
    this.#cancelFrame ??= onNextFrame(() => {
      this.#cancelFrame = undefined
      this.#notify()
    })
  }

  #notify(): void {
    const change: StoreChange = { ...this.#changed, transitions: this.orders.takeTransitions() }
    this.#changed = { ...unchanged }
    for (const listener of this.#listeners) listener(change)
  }
}
