/** What a browser says of an element's visibility, where it says so (Intersection Observer v2). */
interface VisibilityEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean
}

interface VisibilityOptions extends IntersectionObserverInit {
  readonly trackVisibility: boolean
  readonly delay: number
}

/** `unknown` = it has not been seen yet. */
export type Cover = 'unknown' | 'clear' | 'covered'

function willEnd({ playState, effect }: Animation): boolean {
  return playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime)
}

/**
 * Tells whether something lies over an element: another page's frame, a transparent layer, a popover. In browsers that cannot tell,
 * nothing is covered.
 */
export class CoverWatch {
  readonly #changed: (cover: Cover) => void
  #observer: IntersectionObserver | undefined
  #watched: Element | undefined

  constructor(changed: (cover: Cover) => void) {
    this.#changed = changed
  }

  watch(element: Element | undefined): void {
    if (element === this.#watched) return
    this.#observer?.disconnect()
    this.#watched = element
    if (element !== undefined) void this.#begin(element)
  }

  async #begin(element: Element): Promise<void> {
    if (!('isVisible' in IntersectionObserverEntry.prototype)) {
      this.#changed('clear')
      return
    }
    this.#changed('unknown')
    // What is being faded in counts as not visible, though nothing lies over it.
    await Promise.allSettled((element.closest('dialog')?.getAnimations() ?? []).filter(willEnd).map(({ finished }) => finished))
    if (element !== this.#watched) return
    const options: VisibilityOptions = { trackVisibility: true, delay: 100, threshold: [0.9] }
    this.#observer ??= new IntersectionObserver((entries) => {
      const entry: VisibilityEntry | undefined = entries.at(-1)
      if (entry?.target === this.#watched) this.#changed(entry?.isIntersecting === true && entry.isVisible === false ? 'covered' : 'clear')
    }, options)
    this.#observer.observe(element)
  }
}
