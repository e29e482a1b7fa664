import '../../src/define.ts'
import { type ClientTiming, createExecutionClient } from '@sluice/http/client'
import { createFakeServer, type FakeServer, problem } from '../fake-server.ts'
import { answers, asks, challengeUntil, decisions, denied, fillBook, more, never, refused } from './market.ts'

type Tag = keyof HTMLElementTagNameMap & `sluice-${string}`

export interface Scene { readonly element: HTMLElement; readonly server: FakeServer; readonly find: (selector: string) => Promise<HTMLElement> }

/** One element in one state. */
export interface GalleryState {
  readonly tag: Tag
  readonly name: string
  readonly prepare?: (server: FakeServer) => void
  /** Brings the element into the state. */
  readonly reach?: (scene: Scene) => void | Promise<void>
  /** The state is reached when this is there. */
  readonly shows: string
  /** The same where every text of the server is hostile: a code that nobody knows proves nothing. */
  readonly showsHostile?: string
}

const draft = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '187.42', quantity: '10', timeInForce: 'day' } as const
const log = 'sluice-order-execution-status'
const modal = 'sluice-trade-confirmation-modal'

const openModal = (attributes: Record<string, string> = {}) => ({ element }: Scene): void => {
  for (const [name, value] of Object.entries({ 'arming-delay': '0', ...attributes })) element.setAttribute(name, value)
  ;(element as HTMLElementTagNameMap[typeof modal]).confirm(draft).catch(() => undefined)
}

const place = async (scene: Scene): Promise<void> => {
  openModal()(scene)
  ;(await scene.find('.primary[aria-disabled=false]')).click()
}

const becomes = (change: object) => (server: FakeServer): void => {
  server.becomes = () => change
}

const cut = ({ server }: Scene): void => {
  server.intercept = () => problem(503, 'NOT_READY', 'later')
  server.events.cut()
}

const click = (...selectors: readonly string[]) => async ({ find }: Scene): Promise<void> => {
  for (const selector of selectors) (await find(selector)).click()
}

const fill = (values: Readonly<Record<string, string>>) => async ({ find }: Scene): Promise<void> => {
  for (const [id, value] of Object.entries(values)) {
    const field = (await find(`#${id}`)) as HTMLInputElement
    field.value = value
    field.dispatchEvent(new Event(field.matches('select') ? 'change' : 'input', { bubbles: true }))
  }
}

const engaged = (server: FakeServer): void => {
  server.kill = { epoch: 4, engaged: [{ scope: 'global', level: 'cancel_all', reason: 'Daily loss reached', actor: 'guard', since: '2026-11-23T14:30:00.000Z', epoch: 4 }, { scope: 'symbol:TSLA', level: 'reduce_only', reason: 'Halted', actor: 'alice', since: '2026-11-23T14:10:00.000Z', epoch: 3 }] }
}

export const states: readonly GalleryState[] = [
  { tag: log, name: 'orders', prepare: fillBook, shows: '.rows .row' },
  { tag: log, name: 'details', prepare: fillBook, reach: click('[aria-rowindex="7"] .more'), shows: '.decisions' },
  { tag: log, name: 'amend', prepare: fillBook, reach: click('[aria-rowindex="7"] .more', '[part=amend-button]'), shows: '.amend' },
  { tag: log, name: 'paused', prepare: fillBook, reach: click('.rows .row', '[part=pause-button]'), shows: '.paused' },
  { tag: log, name: 'sorted', prepare: fillBook, reach: click('.rows .row', '[data-column=quantity]'), shows: '[aria-sort=ascending]' },
  { tag: log, name: 'no match', prepare: fillBook, reach: async ({ find }) => {
    await find('.rows .row')
    const field = (await find('.search')) as HTMLInputElement
    field.value = 'zzz'
    field.dispatchEvent(new Event('input'))
  }, shows: '.empty' },
  { tag: log, name: 'empty', shows: '.done ~ .push' },
  { tag: log, name: 'loading', prepare: never('/events'), shows: '.ghosts' },
  { tag: log, name: 'cut off', prepare: fillBook, reach: async (scene) => {
    await scene.find('.rows .row')
    cut(scene)
  }, shows: '.notice' },
  { tag: log, name: 'denied', prepare: denied, shows: '.notice' },
  { tag: modal, name: 'checking', prepare: never('/preflight'), reach: openModal(), shows: '.progress' },
  { tag: modal, name: 'review', reach: openModal(), shows: '.check' },
  { tag: modal, name: 'review, code needed', prepare: (server) => { server.decisions = [...decisions, asks] }, reach: openModal(), shows: '.check' },
  { tag: modal, name: 'review, soft limit', reach: openModal({ 'soft-limit': '1000' }), shows: '#phrase' },
  { tag: modal, name: 'rejected by a guard', prepare: (server) => { server.decisions = [...decisions.slice(0, 3), refused, ...decisions.slice(4)] }, reach: openModal(), shows: '.check.reject' },
  { tag: modal, name: 'check failed', prepare: answers('/preflight', () => problem(503, 'NOT_READY', 'The service is starting', { retryable: true })), reach: openModal(), shows: '.notice' },
  { tag: modal, name: 'sending', prepare: never('/order'), reach: place, shows: '.body > .progress' },
  { tag: modal, name: 'code', prepare: (server) => { server.becomes = () => ({ status: 'pending_approval', challenge: challengeUntil() }) as never }, reach: place, shows: '#code' },
  { tag: modal, name: 'wrong code', prepare: (server) => { server.becomes = () => ({ status: 'pending_approval', challenge: challengeUntil() }) as never }, reach: async (scene) => {
    await place(scene)
    await fill({ code: '1' })(scene)
    ;(await scene.find('.primary')).click()
  }, shows: '.fault:not(:empty)' },
  { tag: modal, name: 'unknown', prepare: answers('/order', () => 'lost'), reach: place, shows: '.outcome.unknown' },
  { tag: modal, name: 'absent', prepare: (server) => { answers('/order', () => 'lost')(server); server.checkLasts = -1000 }, reach: async (scene) => {
    await place(scene)
    await scene.find('.outcome.unknown')
    ;(await scene.find('.primary')).click()
  }, shows: '.outcome.ended' },
  { tag: modal, name: 'not recorded', prepare: answers('/order', () => problem(503, 'BUSY', 'Too many orders are in flight', { retryable: true })), reach: place, shows: '.outcome.refused', showsHostile: '.outcome.unknown' },
  { tag: modal, name: 'working', reach: place, shows: '.outcome.working' },
  { tag: modal, name: 'filled', prepare: becomes({ status: 'filled', filledQuantity: '10', leavesQuantity: '0', averagePrice: '187.395' }), reach: place, shows: '.outcome.done' },
  { tag: modal, name: 'denied', prepare: becomes({ status: 'denied', denial: { code: refused.code, message: refused.message, limit: '5000', observed: '18742', guard: 'order-value' } }), reach: place, shows: '.outcome.refused' },
  { tag: 'sluice-order-ticket', name: 'empty', shows: '#symbol' },
  { tag: 'sluice-order-ticket', name: 'filled in', reach: fill({ symbol: 'AAPL', amount: '10', limitPrice: '187.42' }), shows: '#symbol' },
  { tag: 'sluice-order-ticket', name: 'trailing stop, till date', reach: fill({ type: 'trailing_stop', timeInForce: 'gtd', symbol: 'NVDA', amount: '25', trail: '1.5' }), shows: '#expireAt' },
  { tag: 'sluice-order-ticket', name: 'faults', reach: click('[part=submit-button]'), shows: '.fault:not(:empty)' },
  { tag: 'sluice-order-ticket', name: 'disabled', reach: ({ element }) => { element.setAttribute('disabled', '') }, shows: '#symbol:disabled' },
  { tag: 'sluice-position-list', name: 'positions', shows: 'tbody tr' },
  { tag: 'sluice-position-list', name: 'nothing held', prepare: (server) => { server.positions = [] }, shows: '.empty[aria-busy=false], p.empty' },
  { tag: 'sluice-position-list', name: 'denied', prepare: denied, shows: '.notice' },
  { tag: 'sluice-risk-limits', name: 'limits', shows: '.bar' },
  { tag: 'sluice-risk-limits', name: 'loading', prepare: never('/guards'), shows: '.empty' },
  { tag: 'sluice-kill-switch', name: 'released', shows: '.state .done' },
  { tag: 'sluice-kill-switch', name: 'engaged', prepare: engaged, shows: '.entries' },
  { tag: 'sluice-kill-switch', name: 'just engaged', reach: click('.state .done', '.engage'), shows: '.report' },
  { tag: 'sluice-kill-switch', name: 'release refused', prepare: engaged, reach: async (scene) => {
    await click('[part=release-button]')(scene)
    await fill({ reason: 'Checked by hand', phrase: 'RELEASE' })(scene)
    ;((await scene.find('form.release')) as HTMLFormElement).requestSubmit()
  }, shows: '.fault:not(:empty)' },
  { tag: 'sluice-kill-switch', name: 'state not known', prepare: (server) => { server.down = true }, shows: '.state .unknown' },
  { tag: 'sluice-connection-status', name: 'live', shows: '.done' },
  { tag: 'sluice-connection-status', name: 'cut off', reach: async (scene) => {
    await scene.find('.done')
    cut(scene)
  }, shows: '[part=retry-button]' },
  { tag: 'sluice-connection-status', name: 'denied', prepare: denied, shows: '.refused' },
]

const settle = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 10) })

/** Waits until an element's shadow shows something. */
async function found(element: HTMLElement, selector: string): Promise<HTMLElement> {
  for (let tries = 0; tries < 2000; tries += 1) {
    const hit = element.shadowRoot?.querySelector<HTMLElement>(selector)
    if (hit !== null && hit !== undefined) return hit
    await settle()
  }
  throw new Error(`${element.localName} never shows ${selector}`)
}

/** Cut off, it stays so: a state stands still. */
const unhurried: ClientTiming = {
  random: () => 1,
  sleep: (delay, signal) => new Promise((resolve) => {
    setTimeout(resolve, 20 * delay)
    signal?.addEventListener('abort', () => { resolve() })
  }),
}

/** Puts an element into a state, inside a provider with a server of its own. Resolves when the state is reached. */
export async function show(state: GalleryState, into: Element, attributes: Readonly<Record<string, string>> = {}): Promise<Scene> {
  // An order whose answer was lost in another state would be looked for first.
  sessionStorage.clear()
  const server = createFakeServer()
  more(server)
  state.prepare?.(server)
  const provider = document.createElement('sluice-provider')
  provider.client = createExecutionClient({ baseUrl: `${location.origin}/api/v1/execution`, fetch: server.fetch, heartbeat: 60_000, retry: false, timing: unhurried })
  const element = document.createElement(state.tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  provider.append(element)
  into.append(provider)
  await element.updateComplete
  const scene: Scene = { element, server, find: (selector) => found(element, selector) }
  await state.reach?.(scene)
  await found(element, state.shows)
  return scene
}
