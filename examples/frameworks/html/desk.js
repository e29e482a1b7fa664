const [modal, buy, tooMuch, last, count] = ['modal', 'buy', 'too-much', 'last', 'count'].map((id) => document.getElementById(id))
let placed = 0

async function order(quantity) {
  const result = await modal.confirm({ symbol: 'AAPL', side: 'buy', type: 'market', quantity, timeInForce: 'day' })
  if (result !== undefined) last.textContent = `Last order: ${result.status}`
}

buy.onclick = () => order('10')
tooMuch.onclick = () => order('1000')
document.addEventListener('sluice-placed', () => { count.textContent = `Orders placed: ${placed += 1}` })
