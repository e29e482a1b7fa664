import { html, type TemplateResult } from 'lit'
import type { Connection } from '../store/connection.ts'
import { connectionNotice, connectionTemplate } from './connection.ts'

interface PanelOptions {
  readonly title: string
  readonly connection: Connection
  /** Beside the title. Default: the state of the connection. */
  readonly head?: unknown
  /** Default: why nothing new is shown. */
  readonly notice?: unknown
  readonly kind?: string
  readonly body: unknown
}

/** What every widget of some size looks like: its title with the state of the connection, why nothing new is shown, and the rest. */
export function panelTemplate({ title, connection, head = connectionTemplate(connection), notice = connectionNotice(connection), kind = '', body }: PanelOptions): TemplateResult {
  return html`<section class="panel ${kind}" part="panel" aria-labelledby="title">
    <header class="header" part="header"><h2 class="title" id="title"><slot name="heading">${title}</slot></h2> ${head}</header>
    ${notice} ${body}
  </section>`
}
