// Before lit itself: elements then take over what the server rendered, instead of rendering it anew.
import '@lit-labs/ssr-client/lit-element-hydrate-support.js'
import './desk.css'
import '@sluice/widgets/define.js'

const [modal, buy, tooMuch, last, count] = ['modal', 'buy', 'too-much', 'last', 'count'].map((id) => document.getElementById(id)!)
let placed = 0

async function order(quantity: string): Promise<void> {
  const result = await (modal as HTMLElementTagNameMap['sluice-trade-confirmation-modal']).confirm({ symbol: 'AAPL', side: 'buy', type: 'market', quantity, timeInForce: 'day' })
  if (result !== undefined) last!.textContent = `Last order: ${result.status}`
}

buy!.onclick = () => order('10')
tooMuch!.onclick = () => order('1000')
document.addEventListener('sluice-placed', () => { count!.textContent = `Orders placed: ${placed += 1}` })
