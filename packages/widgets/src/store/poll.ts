import { after } from '../runtime/timing.ts'

/** Asked for again this often while somebody looks, in milliseconds: prices move without events. */
const PACE = 5000
/** After an event that changes it, in milliseconds: many fills, one question. */
const DELAY = 400

/** Something that no event tells whole: asked for while somebody looks at it, and the page is to be seen. */
export class Poll {
  readonly #read: () => Promise<void>
  #watchers = 0
  #cancel: (() => void) | undefined

  constructor(read: () => Promise<void>) {
    this.#read = read
  }

  /** Returns how to stop watching. */
  watch(): () => void {
    this.#watchers += 1
    this.#ask(0)
    return () => {
      this.#watchers -= 1
    }
  }

  /** It has changed. */
  soon(): void {
    this.#ask(DELAY)
  }

  stop(): void {
    this.#cancel?.()
  }

  #ask(delay: number): void {
    if (this.#watchers === 0) return
    this.#cancel?.()
    this.#cancel = after(delay, () => {
      void this.#readNow()
    })
  }

  async #readNow(): Promise<void> {
    if (document.visibilityState === 'visible') {
      try {
        await this.#read()
      } catch {
        // The feed says whether the server is there.
      }
    }
    this.#ask(PACE)
  }
}
