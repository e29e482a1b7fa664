// From API keys to the first order: places a limit order far below the market on your paper account, shows its life, and takes it back.
//   ALPACA_KEY_ID=… ALPACA_SECRET_KEY=… node --conditions=@sluice/source examples/alpaca-paper/main.ts
// Without keys, `--fake` runs it on a fake Alpaca in this process.
import { parseArgs } from 'node:util'
import { alpacaBroker } from '@sluice/adapter-alpaca'
import { startFakeAlpaca } from '@sluice/adapter-alpaca/testing'
import { createExecutionService, formatDecimal, maxPosition, ONE, orderValue, parseDecimal } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'

const { values } = parseArgs({
  options: { fake: { type: 'boolean', default: false }, symbol: { type: 'string', default: 'AAPL' }, journal: { type: 'string', default: './alpaca-paper.db' }, key: { type: 'string', default: 'first-order' } },
})
const { ALPACA_KEY_ID: keyId, ALPACA_SECRET_KEY: secretKey } = process.env
if (!values.fake && (!keyId || !secretKey)) {
  console.error('Set ALPACA_KEY_ID and ALPACA_SECRET_KEY to the API keys of an Alpaca paper account, or pass --fake.')
  process.exit(1)
}
const fake = values.fake ? await startFakeAlpaca() : undefined
const broker = alpacaBroker(fake === undefined
  ? { environment: 'paper', keyId: keyId ?? '', secretKey: secretKey ?? '' }
  : { environment: 'paper', keyId: fake.keyId, secretKey: fake.secretKey, url: fake.url, dataUrl: fake.url })

const service = await createExecutionService({
  broker, journal: sqliteJournal(values.journal), guards: [maxPosition({ quantity: '10' }), orderValue({ reject: '5000' })],
})
const account = await service.accountValues()
console.log(`Connected. Equity ${account?.equity ?? 'unknown'}, buying power ${account?.buyingPower ?? 'unknown'} ${account?.currency ?? ''}`)

// Half the price, in whole dollars: it rests, and nothing is bought.
const { bid } = await broker.marketData.quote(values.symbol, AbortSignal.timeout(10_000))
const limitPrice = formatDecimal(parseDecimal(bid) / 2n / ONE * ONE)
console.log(`Placing: buy 1 ${values.symbol}, limit ${limitPrice} (bid ${bid})`)
const order = await service.placeOrder({
  symbol: values.symbol, side: 'buy', type: 'limit', quantity: '1', limitPrice, timeInForce: values.symbol.includes('/') ? 'gtc' : 'day', idempotencyKey: values.key,
})
console.log(`Order ${order.id}: ${order.status}${order.status === 'denied' ? ` (${order.denial.code}: ${order.denial.message})` : ''}`)

if (order.status === 'new') {
  const done = new Promise<void>((resolve) => {
    const subscription = service.events$.subscribe((event) => {
      if (event.type !== 'order_canceled' || event.data.orderId !== order.id) return
      subscription.unsubscribe()
      resolve()
    })
  })
  await service.cancelOrder(order.id)
  await done
}
console.log(`Now: ${(await service.getOrderStatus(order.id))?.status ?? 'unknown'}. Run it again with the same --journal and --key: the same order answers, and none is sent.`)
await service.close()
await fake?.close()
