import { fetchMoreWords } from '../language/language.ts'
import { whenIdle } from './timing.ts'

/**
 * A part of a widget that is fetched when somebody needs it: whole or not at all. A fetch that failed is tried again by the
 * next one who asks.
 */
export class Chunk<Module> {
  readonly #fetch: () => Promise<Module>
  #pending: Promise<Module> | undefined
  /** What was fetched; undefined until then. */
  module: Module | undefined

  constructor(fetch: () => Promise<Module>) {
    this.#fetch = fetch
  }

  async load(): Promise<Module> {
    // What it says comes along, for who does not read English.
    fetchMoreWords()
    this.#pending ??= this.#fetch()
    try {
      this.module = await this.#pending
      return this.module
    } catch (error) {
      this.#pending = undefined
      throw error
    }
  }

  /** Fetches it before anybody asks, when the page has nothing better to do. That it fails matters to nobody yet. */
  prepare(): void {
    whenIdle(() => {
      this.load().catch(() => undefined)
    })
  }
}
