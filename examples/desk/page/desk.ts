// The page's own part: what is tried out becomes an order in the ticket, and the modal does the rest.
import type { OrderRequest } from '@sluice/core'
import type { SluiceOrderTicket, SluiceTradeConfirmationModal } from '@sluice/widgets/define.js'

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('The page is not complete')
  return value
}

const ticket = present(document.querySelector<SluiceOrderTicket>('#ticket'))
const modal = present(document.querySelector<SluiceTradeConfirmationModal>('#modal'))
const fault = present(document.querySelector<HTMLElement>('#fault'))

async function tryOut(order: OrderRequest): Promise<void> {
  ticket.value = order
  fault.textContent = ''
  try {
    await modal.confirm(order)
  } catch (error) {
    fault.textContent = error instanceof Error ? error.message : String(error)
  }
}

const buy = (symbol: string, quantity: string): OrderRequest => ({ symbol, side: 'buy', type: 'market', quantity, timeInForce: 'day' })

ticket.value = buy('AAPL', '10')
for (const trial of document.querySelectorAll<HTMLButtonElement>('.trials button')) {
  const { symbol = '', quantity = '' } = trial.dataset
  trial.addEventListener('click', () => { void tryOut(buy(symbol, quantity)) })
}
