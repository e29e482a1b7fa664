// Compressed, these lines in this order weigh 1 kB less: style sheets say much of what their neighbours say, and so do elements.
import './styles/connection-line.ts'
import './styles/status.ts'
import './styles/kill-switch.ts'
import './styles/positions.ts'
import './styles/limits.ts'
import './styles/base.ts'
import './styles/ticket.ts'
import './styles/log.ts'
import './styles/tokens.ts'
import { SluiceConnectionStatus } from './elements/sluice-connection-status.ts'
import { SluiceProvider } from './elements/sluice-provider.ts'
import { SluiceKillSwitch } from './elements/sluice-kill-switch.ts'
import { SluiceOrderExecutionStatus } from './elements/sluice-order-execution-status.ts'
import { SluicePositionList } from './elements/sluice-position-list.ts'
import { SluiceTradeConfirmationModal } from './elements/sluice-trade-confirmation-modal.ts'
import { SluiceOrderTicket } from './elements/sluice-order-ticket.ts'
import { SluiceRiskLimits } from './elements/sluice-risk-limits.ts'
import type { SluiceEventMap } from './events/events.ts'

/** Every element by its name. The provider comes first: it must be there when the widgets inside ask for it. */
const elements = {
  'sluice-provider': SluiceProvider,
  'sluice-order-execution-status': SluiceOrderExecutionStatus,
  'sluice-trade-confirmation-modal': SluiceTradeConfirmationModal,
  'sluice-position-list': SluicePositionList,
  'sluice-kill-switch': SluiceKillSwitch,
  'sluice-risk-limits': SluiceRiskLimits,
  'sluice-order-ticket': SluiceOrderTicket,
  'sluice-connection-status': SluiceConnectionStatus,
} as const

for (const [name, element] of Object.entries(elements)) {
  // A page may load the module twice, from two bundles.
  if (customElements.get(name) === undefined) customElements.define(name, element)
}

declare global {
  interface HTMLElementTagNameMap {
    'sluice-provider': SluiceProvider
    'sluice-order-execution-status': SluiceOrderExecutionStatus
    'sluice-trade-confirmation-modal': SluiceTradeConfirmationModal
    'sluice-position-list': SluicePositionList
    'sluice-kill-switch': SluiceKillSwitch
    'sluice-risk-limits': SluiceRiskLimits
    'sluice-order-ticket': SluiceOrderTicket
    'sluice-connection-status': SluiceConnectionStatus
  }
  interface GlobalEventHandlersEventMap extends SluiceEventMap {}
}

export {
  SluiceConnectionStatus, SluiceKillSwitch, SluiceOrderExecutionStatus, SluiceOrderTicket, SluicePositionList, SluiceProvider, SluiceRiskLimits, SluiceTradeConfirmationModal,
}
