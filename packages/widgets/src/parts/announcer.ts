import type { OrderStatus } from '@sluice/core'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { statusText } from '../format/words.ts'
import { after } from '../runtime/timing.ts'

/** At most one announcement in this time, in milliseconds: ten thousand updates a second must stay bearable to listen to. */
const PACE = 2000

/** Words for a polite live region: what happened since the last one, as counts. */
export class Announcer implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #counts = new Map<OrderStatus, number>()
  #sentence: string | undefined
  #cancel: (() => void) | undefined
  /** What the live region says now. */
  text = ''

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  count(transitions: ReadonlyMap<OrderStatus, number>): void {
    if (transitions.size === 0) return
    for (const [status, count] of transitions) this.#counts.set(status, (this.#counts.get(status) ?? 0) + count)
    this.#schedule()
  }

  say(sentence: string): void {
    this.#sentence = sentence
    this.#schedule()
  }

  #schedule(): void {
    this.#cancel ??= after(PACE, () => {
      this.#cancel = undefined
      const counts = [...this.#counts].map(([status, count]) => `${count} ${statusText(status).toLowerCase()}`)
      this.text = [this.#sentence, counts.join(', ')].filter((part) => part !== undefined && part !== '').join('. ')
      this.#counts = new Map()
      this.#sentence = undefined
      this.#host.requestUpdate()
    })
  }
}
