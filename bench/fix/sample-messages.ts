import { createEncoder, formatTimestamp } from '@sluice/adapter-fix/session'

/** 2026-11-22, when somebody traded. */
export const NOW = 1_795_357_800_123

/** An ExecutionReport of the size and shape that brokers send: 34 fields, two parties. */
export function report(): Uint8Array {
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
