import type { KillScope } from '@sluice/core'
import { html, type TemplateResult } from 'lit'
import { t } from '../language/language.ts'

/** What a person types, so that a stray click starts no trading; the same in every language, as it is on the command line. */
export const RELEASE_PHRASE = 'RELEASE'

export interface ReleaseFormOptions {
  readonly scope: KillScope
  readonly busy: boolean
  readonly fault: string | undefined
  readonly submit: (event: SubmitEvent) => void
  readonly cancel: () => void
}

/** A human's reason and code: what starts trading again takes two steps. */
export function releaseFormTemplate({ scope, busy, fault, submit, cancel }: ReleaseFormOptions): TemplateResult {
  return html`<form class="release" aria-label=${t('Release {0}', scope)} @submit=${submit}>
    <div><label for="reason">${t('Reason')}</label><input id="reason" name="reason" required maxlength="500" autocomplete="off" ?readonly=${busy} /></div>
    <div><label for="release-code">${t('Code, where approvals are set up')}</label>
      <input id="release-code" class="number" name="code" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" ?readonly=${busy}
        aria-invalid=${fault === undefined ? 'false' : 'true'} aria-describedby="release-fault" /></div>
    <div><label for="phrase">${t('Type {0}', RELEASE_PHRASE)}</label><input id="phrase" name="phrase" autocomplete="off" autocapitalize="characters" spellcheck="false" ?readonly=${busy} aria-describedby="release-fault" /></div>
    <p id="release-fault" class="fault" role="alert">${fault ?? ''}</p>
    <div class="buttons">
      <button type="button" @click=${cancel}>${t('Keep it stopped')}</button>
      <button type="submit" part="release-button" aria-disabled=${busy ? 'true' : 'false'}>${busy ? t('Releasing…') : t('Release')}</button>
    </div>
  </form>`
}
