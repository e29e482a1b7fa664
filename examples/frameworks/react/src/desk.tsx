import type { SluiceTradeConfirmationModal } from '@sluice/widgets'
import { type ReactElement, useRef, useState } from 'react'

export function Desk(): ReactElement {
  const modal = useRef<SluiceTradeConfirmationModal>(null)
  const [last, setLast] = useState('')
  const [placed, setPlaced] = useState(0)

  const buy = async (quantity: string): Promise<void> => {
    const order = await modal.current?.confirm({ symbol: 'AAPL', side: 'buy', type: 'market', quantity, timeInForce: 'day' })
    if (order !== undefined) setLast(`Last order: ${order.status}`)
  }

  return (
    <sluice-provider endpoint="/api/v1/execution" account="main" onsluice-placed={() => { setPlaced((count) => count + 1) }}>
      <main>
        <h1>React</h1>
        <p>
          <button onClick={() => void buy('10')}>Buy 10 AAPL</button>
          <button onClick={() => void buy('1000')}>Buy 1000 AAPL</button>
          <sluice-kill-switch />
        </p>
        <p>{last}</p>
        <p>Orders placed: {placed}</p>
        <sluice-order-execution-status timeZone="UTC" />
      </main>
      <sluice-trade-confirmation-modal ref={modal} armingDelay={300} />
    </sluice-provider>
  )
}
