// Many messages through a session in one process: `node --expose-gc fix-heap-run.ts MESSAGES` prints the heap on the way.
import { createDictionary, createEncoder, createScanner, createSession, type FieldList, formatTimestamp } from '@sluice/adapter-fix/session'
import { NOW } from '../fix/sample-messages.ts'

const messages = Number(process.argv[2])

function heap(): number {
  for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Reports and heartbeats from bytes to deliveries, each acknowledged: what is kept of a message when it is done. */
function sessionRun(): { readonly early: number; readonly late: number } {
  const dictionary = createDictionary('4.4')
  const session = createSession({ dictionary, senderCompId: 'DESK', targetCompId: 'BROKER' })
  const scanner = createScanner({ dictionary })
  const encoder = createEncoder('FIX.4.4')
  let sequence = 0
  let delivered = 0
  const instant = (): { readonly wall: number; readonly monotonic: number } => ({ wall: NOW + sequence, monotonic: sequence })
  const say = (type: string, fields: FieldList): void => {
    sequence += 1
    encoder.begin(type)
    for (const [tag, value] of [[49, 'BROKER'], [56, 'DESK'], [34, sequence], [52, formatTimestamp(NOW + sequence)], ...fields] as FieldList) encoder.field(tag, value)
    scanner.push(encoder.finish(), {
      message: (message) => {
        for (const action of session.handle({ kind: 'received', message }, instant())) {
          if (action.kind !== 'deliver') continue
          delivered += 1
          session.handle({ kind: 'delivered', receipt: action.receipt }, instant())
        }
      },
      garbled: (reason) => { throw new Error(`the message is sound, and garbled: ${reason}`) },
    })
  }
  session.handle({ kind: 'connected' }, instant())
  say('A', [[98, 0], [108, 30]])
  let early = 0
  for (let index = 1; index <= messages; index += 1) {
    if (index % 10 === 0) say('0', [])
    else {
      say('8', [
        [37, 'B1'], [11, 'C1'], [17, `E${index}`], [150, 'F'], [39, '1'], [55, 'AAPL'], [54, '1'], [38, 1_000_000], [32, 1], [31, '187.5'], [151, 1], [14, index], [6, '187.5'], [60, formatTimestamp(NOW)],
      ])
    }
    if (index === Math.ceil(messages / 5)) early = heap()
  }
  if (delivered < messages * 0.89) throw new Error('messages were not delivered')
  return { early, late: heap() }
}

const { early, late } = sessionRun()
process.stdout.write(`${JSON.stringify({ early, late })}\n`)
