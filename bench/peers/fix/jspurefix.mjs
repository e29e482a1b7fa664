// jspurefix on the messages of the bench: `node jspurefix.mjs REPORT_FILE ROUNDS MESSAGES` prints one line of JSON with
// messages a second of CPU time for each round.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(import.meta.url)
createRequire(require.resolve('jspurefix'))('reflect-metadata')
const { SessionContainer } = require('jspurefix/dist/runtime')
const { DITokens } = require('jspurefix/dist/runtime/di-tokens')
const { DefinitionFactory } = require('jspurefix/dist/util')
const { ParseCase, ParseDepth } = require('jspurefix/dist/benchmark')
const { AsciiMsgTransmitter } = require('jspurefix/dist/transport/ascii/ascii-msg-transmitter')
const { AsciiChars } = require('jspurefix/dist/buffer/ascii')

const [file, rounds, messages] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const containers = new SessionContainer()
containers.registerGlobal('error')
const description = structuredClone(require('jspurefix/data/session/test-initiator.json'))
description.application.dictionary = 'qf44'
const container = await containers.makeSystem(description)
const config = container.resolve(DITokens.IJsFixConfig)
config.definitions = await new DefinitionFactory().getDefinitions('qf44')
config.delimiter = AsciiChars.Soh

function rates(work) {
  work(Math.ceil(messages / 2))
  return Array.from({ length: rounds }, () => {
    const before = process.threadCpuUsage()
    work(messages)
    const { user, system } = process.threadCpuUsage(before)
    return messages / ((user + system) / 1e6)
  })
}

/** Its own way of measuring a parse, at the depth asked for. */
function parse(depth) {
  const parsing = new ParseCase('parse', { config, contents: readFileSync(file, 'latin1'), depth })
  parsing.setup()
  return rates((count) => { if (parsing.run(count) !== count) throw new Error('messages were lost') })
}

const time = new Date(1_795_357_800_123)
const order = {
  ClOrdID: 'SL1A2B3C4D5E6F70', Account: 'ACC-77', HandlInst: '1', Instrument: { Symbol: 'AAPL' }, Side: '1', TransactTime: time, OrderQtyData: { OrderQty: 1000 },
  OrdType: '2', Price: 187.5, TimeInForce: '0',
}
const transmitter = config.sessionContainer === undefined ? new AsciiMsgTransmitter(config) : config.sessionContainer.resolve(AsciiMsgTransmitter)
transmitter.time = time
// What its own transmitter does for each message, without the text that it makes for a log.
const encode = (count) => {
  for (let index = 0; index < count; index += 1) {
    transmitter.encoder.reset()
    if (transmitter.encodeMessage('D', order) === null || transmitter.encoder.trim().length < 150) throw new Error('not encoded')
  }
}
console.log(JSON.stringify({ view: parse(ParseDepth.View), typed: parse(ParseDepth.Object), encode: rates(encode) }))
