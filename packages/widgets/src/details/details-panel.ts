import type { TemplateResult } from 'lit'
import type { OrderCommands } from '../log/order-commands.ts'
import type { OrderRow } from '../orders/order-row.ts'
import { addStyles } from '../styles/add-styles.ts'
import { Amendment, type AmendmentOptions } from './amendment.ts'
import { detailsStyles } from './details-styles.ts'
import { canAmend, detailsTemplate } from './details-template.ts'
import { OrderDetails } from './order-details.ts'

export interface DetailsPanelOptions extends AmendmentOptions {
  readonly commands: Pick<OrderCommands, 'cancel' | 'isCanceling'>
  readonly close: () => void
}

/** The details of one order of a table: what it is, what became of it, and the form that amends it. */
export class DetailsPanel {
  readonly #options: DetailsPanelOptions
  readonly #details: OrderDetails
  readonly #amendment: Amendment

  constructor(options: DetailsPanelOptions) {
    this.#options = options
    this.#details = new OrderDetails(options.host)
    this.#amendment = new Amendment(options)
    addStyles(options.host.renderRoot, detailsStyles)
  }

  /** Shows nothing of the order that was open before. */
  reset(): void {
    this.#details.close()
    this.#amendment.close()
  }

  /** Opens the form with new terms, where the order can take some. */
  amend(row: OrderRow): void {
    if (canAmend(row, this.#options.store()?.canCommand === true)) this.#amendment.open(row)
  }

  /** After a render. */
  updated(): void {
    this.#amendment.updated()
  }

  template(row: OrderRow, timeZone: string | undefined): TemplateResult {
    const { store, commands, close } = this.#options
    const source = store()
    if (this.#details.orderId !== row.id) this.#details.open(row.id)
    if (source !== undefined) void this.#details.load(source, `${row.updatedAt} ${row.status}`)
    return detailsTemplate({
      row, details: this.#details, timeZone, canCommand: source?.canCommand === true, canceling: commands.isCanceling(row.id), amend: this.#amendment.formOf(row), close,
      openAmend: () => {
        this.amend(row)
      },
      cancel: () => {
        commands.cancel(row.id)
      },
    })
  }
}
