import type { ConnectionState } from '@sluice/http/client'
import { html, nothing, type TemplateResult } from 'lit'
import { plain } from '../format/plain.ts'
import { formatClock } from '../format/times.ts'
import { t } from '../language/language.ts'
import type { Connection } from '../store/connection.ts'
import { icon } from '../styles/icons.ts'

const phaseText = (phase: ConnectionState): string => t(phase === 'denied' ? 'No access' : plain(phase))

const classes: Readonly<Record<ConnectionState, 'done' | 'pending' | 'approval' | 'refused'>> = {
  connecting: 'pending', live: 'done', stale: 'approval', reconnecting: 'approval', offline: 'refused', denied: 'refused',
}

const icons = { done: 'done', pending: 'pending', approval: 'wait', refused: 'refused' } as const

function asOf(connection: Connection): string {
  return connection.phase === 'live' || connection.asOf === undefined ? '' : ` · ${t('as of {0}', formatClock(connection.asOf))}`
}

/** The connection in shape, words and colour; what is not live is dated. */
export function connectionTemplate(connection: Connection): TemplateResult {
  const style = classes[connection.phase]
  return html`<span class="status ${style} connection" part="connection">${icon(icons[style])}<span>${phaseText(connection.phase)}${asOf(connection)}</span></span>`
}

/** Why nothing, or nothing new, is shown. */
export function connectionNotice(connection: Connection): TemplateResult | typeof nothing {
  switch (connection.phase) {
    case 'connecting':
    case 'live': return nothing
    case 'denied': return html`<p class="notice danger-text" part="notice">${icon('refused')}<span>${t('The server does not let you see this account. Sign in again or ask for access.')}</span></p>`
    default: {
      const since = connection.asOf === undefined ? t('Nothing has arrived from the server yet.') : t('What you see was true at {0}.', formatClock(connection.asOf))
      return html`<p class="notice caution" part="notice">${icon('wait')}<span>${connection.phase === 'stale' ? t('The server is silent.') : t('The connection to the server is lost.')} ${since}</span></p>`
    }
  }
}

/** What a screen reader hears when the connection changes. */
export function connectionWords(connection: Connection): string {
  return `${phaseText(connection.phase)}${asOf(connection)}`
}
