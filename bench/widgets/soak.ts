// A desk that never stops: every widget on one page, orders that come and end, and a person who uses everything in turn.
import '@sluice/widgets/define.js'
import type { FeedObserver } from '@sluice/widgets'
import type { ExecutionClient } from '@sluice/http/client'
import { SYMBOLS, timeAt } from './stream.ts'

const ROWS = 10_000
/** Orders of a frame: so many begin, get a fill, and end. */
const EACH = 4
const UPDATES = 150

let observer: FeedObserver | undefined
let sequence = 0
let born = 0
let ended = 0
let bends = 0

function orderOf(index: number, status: string): object {
  const createdAt = timeAt(index)
  return {
    id: `o${index}`, account: 'main', symbol: SYMBOLS[index % 8], side: index % 3 === 0 ? 'sell' : 'buy', type: 'limit', quantity: '100000000', limitPrice: `${100 + (index % 400)}.5`, timeInForce: 'day',
    extendedHours: false, idempotencyKey: `k${index}`, actor: 'a', broker: 'paper', status, filledQuantity: '0', leavesQuantity: '100000000', version: 1, createdAt, updatedAt: createdAt,
  }
}

function event(type: string, data: object, account = 'main'): object {
  sequence += 1
  return { id: `main:${sequence}`, account, sequence, time: timeAt(born), type, data }
}

const position = (index: number): object => ({ broker: 'paper', symbol: SYMBOLS[index % 8], quantity: String(index % 900), averagePrice: '187.5' })
const positions = (): object[] => SYMBOLS.map((symbol, index) => ({ account: 'main', broker: 'paper', symbol, quantity: String(10 + index), averagePrice: '187.5', workingBuy: '0', workingSell: '0', realisedProfit: String(bends) }))
const decision = { guard: 'max-position', verdict: 'allow', limit: '100', observed: '92' }
const preflight = { verdict: 'allow', decisions: [decision], challenges: [], digest: 'd', broker: 'paper', terms: {}, expiresAt: new Date(Date.now() + 864e5).toISOString() }

const client = {
  preflight: async () => preflight, placeOrder: async (request: object) => ({ ...orderOf(born, 'new'), ...request, id: `placed${bends}` }), findOrder: async () => ({ order: undefined, asOf: undefined }),
  getOrder: async (id: string) => orderOf(Number(id.slice(1)) || 0, 'canceled'), orderEvents: async () => [], positions: async () => positions(),
  guards: async () => [{ name: 'max-position', uses: [{ limit: 'quantity', symbol: 'AAPL', used: String(bends % 100), maximum: '100' }] }],
  killSwitch: { status: async () => ({ epoch: bends, engaged: [] }), engage: async () => ({ epoch: bends, durable: true, inFlight: [], working: [], unknown: [] }), release: async () => ({ epoch: bends, engaged: [] }) },
} as unknown as ExecutionClient

const provider = document.createElement('sluice-provider')
const [log, modal] = [document.createElement('sluice-order-execution-status'), document.createElement('sluice-trade-confirmation-modal')] as const
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds) })
const inLog = (selector: string): HTMLElement | null => log.shadowRoot?.querySelector<HTMLElement>(selector) ?? null

function type(selector: string, value: string, kind: string): void {
  const field = inLog(selector) as HTMLInputElement | null
  if (field === null) throw new Error(`no ${selector}`)
  field.value = value
  field.dispatchEvent(new Event(kind))
}

/** What a person does, one after the other, for ever. */
const acts: readonly (() => Promise<void> | void)[] = [
  () => { inLog('[data-act=details]')?.click() },
  () => { inLog('[data-act=details][aria-expanded=true]')?.click() },
  async () => {
    const order = modal.confirm({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' })
    await pause(60)
    modal.shadowRoot?.querySelector<HTMLElement>('.secondary')?.click()
    await order
  },
  () => { type('.search', 'AAPL', 'input') },
  () => { inLog('[data-column=filled]')?.click() },
  () => { type('.search', '', 'input') },
  () => { log.paused = true },
  () => { log.paused = false },
  () => { observer?.next(event('position_changed', position(bends)) as never) },
  () => { log.remove() },
  () => { provider.append(log) },
  () => { log.locale = bends % 2 === 0 ? 'de' : 'en' },
  // The feed breaks: everything is read anew.
  () => { observer?.error(new Error('cut')) },
]

function frame(): void {
  const events: object[] = []
  for (let index = 0; index < EACH; index += 1) {
    const { id: orderId, idempotencyKey, broker, createdAt: _createdAt, ...terms } = orderOf(born, 'new') as Record<string, string>
    events.push(event('order_pending_new', { orderId, intent: { terms, idempotencyKey, broker, digest: 'd' }, clientOrderId: 'c' }))
    born += 1
    if (born - ended > 400) {
      events.push(event('order_canceled', { orderId: `o${ended}`, reason: 'user' }))
      ended += 1
    }
  }
  for (let index = 0; index < UPDATES; index += 1) {
    const orderId = `o${ended + Math.floor(Math.random() * (born - ended))}`
    events.push(event('order_partially_filled', { orderId, filledQuantity: String(sequence % 1e6), leavesQuantity: '1', averagePrice: `${100 + (sequence % 400)}.25` }))
  }
  observer?.next(events as never)
}

Object.assign(globalThis, {
  soakStart: async () => {
    born = ROWS
    ended = ROWS - 200
    provider.client = client
    provider.feed = {
      snapshots: true,
      subscribe: (subscriber) => {
        observer = subscriber
        const from = Math.max(0, born - ROWS)
        subscriber.next({ type: 'stream_reset', account: 'main', sequence, orders: Array.from({ length: ROWS }, (_none, index) => orderOf(from + index, from + index < ended ? 'canceled' : 'new')) as never, positions: positions() as never })
        return () => undefined
      },
    }
    provider.append(log, modal, ...['position-list', 'risk-limits', 'kill-switch', 'connection-status', 'order-ticket'].map((name) => document.createElement(`sluice-${name}`)))
    document.body.append(provider)
    await pause(400)
  },
  /** Resolves with how often everything was done once. */
  soakRun: async (milliseconds: number) => {
    const until = performance.now() + milliseconds
    const person = (async () => {
      while (performance.now() < until) {
        for (const act of acts) {
          await act()
          await pause(80)
        }
        bends += 1
      }
    })()
    while (performance.now() < until) {
      frame()
      await new Promise((resolve) => { requestAnimationFrame(resolve) })
    }
    await person
    // The feed was cut by the last act: a state in between is no sample.
    await pause(1500)
    return bends
  },
  soakSeen: () => log.shadowRoot?.querySelectorAll('.rows .row').length ?? 0,
})
