// The page's own part: a form becomes an order request, and the modal does the rest.
import type { OrderRequest, Side, TimeInForce } from '@sluice/core'
import type { SluiceTradeConfirmationModal } from '@sluice/widgets/define.js'

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('The page is not complete')
  return value
}

const form = present(document.querySelector<HTMLFormElement>('#ticket'))
const limit = present(document.querySelector<HTMLElement>('#limit'))
const limitPrice = present(document.querySelector<HTMLInputElement>('[name=limitPrice]'))
const fault = present(document.querySelector<HTMLElement>('#fault'))
const modal = present(document.querySelector<SluiceTradeConfirmationModal>('#modal'))

function requestOf(fields: FormData): OrderRequest {
  const field = (name: string): string => {
    const value = fields.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const common = {
    symbol: field('symbol').toUpperCase(), side: field('side') as Side, quantity: field('quantity'), timeInForce: field('timeInForce') as TimeInForce,
  }
  return field('type') === 'limit' ? { ...common, type: 'limit', limitPrice: field('limitPrice') } : { ...common, type: 'market' }
}

async function review(): Promise<void> {
  fault.textContent = ''
  try {
    await modal.confirm(requestOf(new FormData(form)))
  } catch (error) {
    fault.textContent = error instanceof Error ? error.message : String(error)
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void review()
})

form.addEventListener('change', () => {
  const isLimit = new FormData(form).get('type') === 'limit'
  limit.hidden = !isLimit
  limitPrice.disabled = !isLimit
  limitPrice.required = isLimit
})

/** Fills the form in and opens the dialog, as a person would. */
function tryOut({ symbol = '', quantity = '' }: DOMStringMap): void {
  const fields: Readonly<Record<string, string>> = { symbol, quantity, side: 'buy', type: 'market' }
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name)
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value
  }
  form.dispatchEvent(new Event('change'))
  form.requestSubmit()
}

for (const trial of document.querySelectorAll<HTMLButtonElement>('.trials button')) {
  trial.addEventListener('click', () => { tryOut(trial.dataset) })
}
