import type { KillScope, ReleaseCommand } from '@sluice/core'
import { html, type ReactiveElement, type TemplateResult } from 'lit'
import { faultOf } from '../confirmation/fault.ts'
import { t } from '../language/language.ts'
import type { ExecutionStore } from '../store/execution-store.ts'
import { addStyles } from '../styles/add-styles.ts'
import { faultText } from './fault-text.ts'
import { releaseStyles } from './release-styles.ts'

/** What a person types, so that a stray click starts no trading; the same in every language, as it is on the command line. */
const PHRASE = 'RELEASE'

/** A human's reason and code: what starts trading again takes two steps. */
export class ReleaseForm {
  readonly #host: ReactiveElement
  readonly #store: () => ExecutionStore | undefined
  readonly #released: () => void
  #scope: KillScope | undefined
  #busy = false
  #fault = ''
  #focus = false

  constructor(host: ReactiveElement, store: () => ExecutionStore | undefined, released: () => void) {
    this.#host = host
    this.#store = store
    this.#released = released
    addStyles(host.renderRoot, releaseStyles)
  }

  open(scope: KillScope | undefined): void {
    this.#scope = scope
    this.#fault = ''
    this.#focus = scope !== undefined
    this.#host.requestUpdate()
  }

  /** The form, where this is the scope to release. */
  template(scope: KillScope): TemplateResult | undefined {
    if (scope !== this.#scope) return undefined
    const busy = this.#busy
    return html`<form class="release" aria-label=${t('Release {0}', scope)} @submit=${this.#onSubmit}>
      <div><label for="reason">${t('Reason')}</label><input id="reason" name="reason" required maxlength="500" autocomplete="off" ?readonly=${busy} /></div>
      <div><label for="release-code">${t('Code, where approvals are set up')}</label>
        <input id="release-code" class="number" name="code" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" ?readonly=${busy}
          aria-invalid=${this.#fault !== ''} aria-describedby="release-fault" /></div>
      <div><label for="phrase">${t('Type {0}', PHRASE)}</label><input id="phrase" name="phrase" autocomplete="off" autocapitalize="characters" spellcheck="false" ?readonly=${busy} aria-describedby="release-fault" /></div>
      <p id="release-fault" class="fault" role="alert">${this.#fault}</p>
      <div class="buttons">
        <button type="button" @click=${this.#onCancel}>${t('Keep it stopped')}</button>
        <button type="submit" part="release-button" aria-disabled=${busy}>${busy ? t('Releasing…') : t('Release')}</button>
      </div>
    </form>`
  }

  /** After a render. */
  updated(): void {
    if (!this.#focus) return
    this.#focus = false
    this.#input('reason')?.focus()
  }

  #input(id: string): HTMLInputElement | null {
    return this.#host.renderRoot.querySelector(`#${id}`)
  }

  readonly #onCancel = (): void => {
    this.open(undefined)
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    const store = this.#store()
    const scope = this.#scope
    if (store === undefined || scope === undefined || this.#busy) return
    const read = (id: string): string => this.#input(id)?.value.trim() ?? ''
    if (read('phrase').toUpperCase() !== PHRASE) {
      this.#fault = t('Type {0} to release.', PHRASE)
      this.#host.requestUpdate()
      return
    }
    const code = read('release-code').replaceAll(/\s/g, '')
    void this.#send(store, { scope, reason: read('reason'), ...(code !== '' && { code }) })
  }

  async #send(store: ExecutionStore, command: ReleaseCommand): Promise<void> {
    this.#busy = true
    this.#fault = ''
    this.#host.requestUpdate()
    try {
      await store.release(command)
      this.#scope = undefined
      this.#released()
    } catch (error) {
      this.#fault = faultText(faultOf(error))
      const input = this.#input('release-code')
      if (input !== null) input.value = ''
    }
    this.#busy = false
    this.#host.requestUpdate()
  }
}
