import { after } from '../runtime/timing.ts'

/** So many frames in a row that each changed something visible: more than anybody reads. */
const BUSY = 8
/** Of such frames, each third is drawn. */
const EACH = 3
/** A change that no frame followed is drawn after this long, in milliseconds. */
const LATEST = 50

/**
 * When to draw what has changed: at once, until so much changes in every frame that nobody can read it; then twenty times a
 * second, which leaves the main thread to the page.
 */
export class DrawPace {
  readonly #draw: () => void
  #streak = 0
  #cancel: (() => void) | undefined

  constructor(draw: () => void) {
    this.#draw = draw
  }

  /** Called once a frame in which anything came in: `changed` when it is visible. */
  frame(changed: boolean): void {
    this.#streak = changed ? this.#streak + 1 : 0
    if (!changed) return
    if (this.#streak <= BUSY || this.#streak % EACH === 0) {
      this.stop()
      this.#draw()
    } else {
      this.#cancel ??= after(LATEST, () => {
        this.#cancel = undefined
        this.#draw()
      })
    }
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
