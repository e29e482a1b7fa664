// Our FIX codec by itself, in thread CPU time, and the way of an order from submit to the socket (DESIGN §9).
import { fixBroker, memoryFixStore } from '@sluice/adapter-fix'
import { createDictionary, createEncoder, createScanner, formatTimestamp, type MessageView, validate } from '@sluice/adapter-fix/session'
import { startFixAcceptor } from '@sluice/adapter-fix/testing'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { atLeast, atMost, type BenchResult, median, percentile } from './harness.ts'

const ROUNDS = 7
const MESSAGES = 100_000
const WARM_UP = 2_000
const ORDERS = 10_000
const NOW = 1_795_357_800_123

const dictionary = createDictionary('4.4')

/** An ExecutionReport of the size and shape that brokers send: 34 fields, two parties. */
function report(): Uint8Array {
  const encoder = createEncoder('FIX.4.4')
  encoder.begin('8')
  const fields: readonly (readonly [number, string])[] = [
    [49, 'BROKER'], [56, 'SLUICEDESK'], [34, '123456'], [52, formatTimestamp(NOW)], [37, 'BRK0000012345'], [11, 'SL1A2B3C4D5E6F70'], [453, '2'], [448, 'DESK1'], [447, 'D'], [452, '11'],
    [448, 'CLEARER'], [447, 'D'], [452, '4'], [17, 'EXEC000098765'], [150, 'F'], [39, '1'], [1, 'ACC-77'], [55, 'AAPL'], [48, 'US0378331005'], [22, '4'], [54, '1'], [38, '1000'], [40, '2'],
    [44, '187.50'], [59, '0'], [32, '100'], [31, '187.4975'], [151, '600'], [14, '400'], [6, '187.4981'], [60, formatTimestamp(NOW)],
  ]
  for (const [tag, value] of fields) encoder.text(tag, value)
  return encoder.finish().slice()
}

/** Messages a second of CPU time, the median of some rounds. */
function rate(work: () => void): number {
  for (let index = 0; index < MESSAGES / 4; index += 1) work()
  const rates = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    for (let index = 0; index < MESSAGES; index += 1) work()
    const { user, system } = process.cpuUsage(before)
    return MESSAGES / ((user + system) / 1e6)
  })
  return median(rates)
}

function codecResults(): BenchResult[] {
  const bytes = report()
  const scanner = createScanner({ dictionary })
  let seen = 0
  const decode = (read: (view: MessageView) => number) => (): void => {
    scanner.push(bytes, { message: (view) => { seen += read(view) }, garbled: () => { throw new Error('the sample is sound') } })
  }
  const typed = (view: MessageView): number => {
    const event = {
      id: view.text(17), clientOrderId: view.text(11), brokerOrderId: view.text(37), kind: view.text(150), status: view.text(39), symbol: view.text(55), side: view.text(54),
      quantity: view.units(38), price: view.units(44), lastQuantity: view.units(32), lastPrice: view.units(31), leaves: view.units(151), filled: view.units(14), average: view.units(6),
      time: view.timestamp(60), parties: view.group(453).map((party) => [party.text(448), party.integer(452)]),
    }
    return event.parties.length
  }
  const encoder = createEncoder('FIX.4.4')
  const encode = (): void => {
    encoder.begin('D')
    encoder.text(49, 'SLUICEDESK')
    encoder.text(56, 'BROKER')
    encoder.integer(34, 123_456)
    encoder.timestamp(52, NOW)
    encoder.text(11, 'SL1A2B3C4D5E6F70')
    encoder.text(1, 'ACC-77')
    encoder.text(21, '1')
    encoder.text(55, 'AAPL')
    encoder.text(54, '1')
    encoder.timestamp(60, NOW)
    encoder.decimal(38, 1_000_000_000_000n)
    encoder.text(40, '2')
    encoder.decimal(44, 187_500_000_000n)
    encoder.text(59, '0')
    seen += encoder.finish().length
  }
  const results = [
    atLeast('decode a report to a view, checked', rate(decode(() => 1)), 1_000_000, 'messages/s'),
    atLeast('decode a report to a typed event', rate(decode(typed)), 250_000, 'messages/s'),
    atLeast('decode and validate a report', rate(decode((view) => (validate(view) === undefined ? 1 : 0))), 150_000, 'messages/s'),
    atLeast('encode a new order', rate(encode), 800_000, 'messages/s'),
  ]
  if (seen === 0) throw new Error('nothing was measured')
  return results
}

async function submitResults(): Promise<BenchResult[]> {
  const acceptor = await startFixAcceptor({ version: '4.4' })
  let writtenAt = 0
  const broker = fixBroker({
    environment: 'paper', version: '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }], store: memoryFixStore(),
  })
  await broker.connect(makeContext())
  const samples = new Float64Array(ORDERS)
  for (let index = -WARM_UP; index < ORDERS; index += 1) {
    // The permit is asked in the tick of the write, right before it.
    const order = makeApprovedOrder({ clientOrderId: `C${index + WARM_UP}`, terms: { limitPrice: '1' }, permit: () => { writtenAt = performance.now(); return true } })
    const start = performance.now()
    const outcome = await broker.submit(order)
    if (outcome.kind !== 'accepted') throw new Error(`the bench measures accepted orders, this one is ${outcome.kind}`)
    if (index >= 0) samples[index] = (writtenAt - start) * 1000
  }
  await broker.close()
  await acceptor.close()
  return [
    atMost('submit to the socket, p50', percentile(samples, 0.5), 50, 'us'),
    atMost('submit to the socket, p99', percentile(samples, 0.99), 500, 'us'),
  ]
}

export async function run(): Promise<BenchResult[]> {
  return [...codecResults(), ...await submitResults()]
}
