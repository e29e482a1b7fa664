import { createDictionary, createEncoder, createScanner, type MessageView, validate } from '@sluice/adapter-fix/session'
import { NOW } from './sample-messages.ts'

/** What one message costs us, in each of the ways that are measured. */
export interface CodecWork {
  /** Framed, BodyLength and CheckSum right, every field found. */
  readonly view: () => void
  /** The fields of an execution as text and exact decimals, its parties too. */
  readonly typed: () => void
  readonly validated: () => void
  /** A NewOrderSingle with header and trailer, in place. */
  readonly encode: () => void
  /** Keeps the engine from leaving the work out. */
  readonly seen: () => number
}

function typedOf(view: MessageView): number {
  const event = {
    id: view.text(17), clientOrderId: view.text(11), brokerOrderId: view.text(37), kind: view.text(150), status: view.text(39), symbol: view.text(55), side: view.text(54),
    quantity: view.units(38), price: view.units(44), lastQuantity: view.units(32), lastPrice: view.units(31), leaves: view.units(151), filled: view.units(14), average: view.units(6),
    time: view.timestamp(60), parties: view.group(453).map((party) => [party.text(448), party.integer(452)]),
  }
  return event.parties.length
}

export function codecWork(bytes: Uint8Array): CodecWork {
  const scanner = createScanner({ dictionary: createDictionary('4.4') })
  const encoder = createEncoder('FIX.4.4')
  let seen = 0
  const decode = (read: (view: MessageView) => number) => (): void => {
    scanner.push(bytes, { message: (view) => { seen += read(view) }, garbled: () => { throw new Error('the sample is sound') } })
  }
  return {
    view: decode(() => 1),
    typed: decode(typedOf),
    validated: decode((view) => (validate(view) === undefined ? 1 : 0)),
    encode: () => {
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
    },
    seen: () => seen,
  }
}
