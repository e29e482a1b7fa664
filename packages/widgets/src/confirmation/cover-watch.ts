/** What a browser says of an element's visibility, where it says so (Intersection Observer v2). */
interface VisibilityEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean
}

interface VisibilityOptions extends IntersectionObserverInit {
  readonly trackVisibility: boolean
  readonly delay: number
}

/**
 * Tells whether something lies over an element: another page's frame, a transparent layer, a popover. Browsers that cannot tell
 * say nothing; then nothing is covered.
 */
export class CoverWatch {
  readonly #changed: (covered: boolean) => void
  #observer: IntersectionObserver | undefined
  #watched: Element | undefined

  constructor(changed: (covered: boolean) => void) {
    this.#changed = changed
  }

  watch(element: Element | undefined): void {
    if (element === this.#watched) return
    this.#observer?.disconnect()
    this.#watched = element
    if (element === undefined) return
    const options: VisibilityOptions = { trackVisibility: true, delay: 100, threshold: [0.9] }
    try {
      this.#observer ??= new IntersectionObserver((entries) => {
        const entry: VisibilityEntry | undefined = entries.at(-1)
        if (entry?.isVisible !== undefined && entry.target === this.#watched) this.#changed(entry.isIntersecting && !entry.isVisible)
      }, options)
      this.#observer.observe(element)
    } catch {
      // A browser that knows neither option: it cannot tell.
    }
  }
}
