import { type AdapterContext, type BrokerAdapter, type BrokerSnapshot, type Clock, type OrderTerms, type SnapshotPart, SluiceError } from '@sluice/core'
import { createDictionary } from './codec/dictionary/create-dictionary.ts'
import { type FixBrokerOptions, fixCapabilities } from './orders/fix-broker-options.ts'
import { openDropCopy } from './orders/drop-copy.ts'
import { trailingFieldsOf } from './orders/map-order.ts'
import { TYPE_CODES } from './orders/order-codes.ts'
import { createOrderDesk, type OrderDesk } from './orders/order-desk.ts'
import { createFixConnection, type FixConnection } from './transport/fix-connection.ts'

/** What order routing takes; everything else is answered with a BusinessMessageReject. */
const ACCEPTED = ['8', '9', 'r', 'j', 'h', 'B']
/** How often it is looked whether what was missed has come, in ms. */
const SETTLE_STEP = 10

async function partOf<Value>(source: (() => Promise<Value>) | undefined, missing: string): Promise<SnapshotPart<Value>> {
  if (source === undefined) return { status: 'unavailable', reason: missing }
  try {
    return { status: 'present', value: await source() }
  } catch (error) {
    return { status: 'unavailable', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Whether the order can be said in this version of FIX at all. */
function canSay(options: FixBrokerOptions, { type, quantity, notional }: OrderTerms, trailing: () => boolean): boolean {
  if (type === 'trailing_stop' ? !trailing() : TYPE_CODES[type] === undefined) return false
  return quantity !== undefined || (notional !== undefined && options.capabilities?.notional === true)
}

/** A broker over FIX 4.2, 4.4 or 5.0SP2: NewOrderSingle, cancel, replace, status requests, and the reports on them. */
export function fixBroker(options: FixBrokerOptions): BrokerAdapter {
  const { version, senderCompId, targetCompId, store, account, answerTimeout = 5_000, settleTimeout = 10_000 } = options
  const capabilities = fixCapabilities(options)
  const dictionary = createDictionary(version, options.dictionary)
  let connection: FixConnection | undefined
  let desk: OrderDesk | undefined
  let clock: Clock | undefined
  let isReady = false
  let isClosed = false
  let warn: ((text: string) => void) | undefined
  let copy: FixConnection | undefined

  const open = (): { readonly connection: FixConnection; readonly desk: OrderDesk; readonly clock: Clock } => {
    if (connection === undefined || desk === undefined || clock === undefined) throw new SluiceError('NOT_READY', 'connect the FIX broker first')
    return { connection, desk, clock }
  }
  const connect = async (context: AdapterContext): Promise<void> => {
    const { logger } = context
    const time = options.clock ?? context.clock
    clock = time
    warn = (text) => { logger.warn(text) }
    const deliver: AdapterContext['deliver'] = (update) => (isClosed ? Promise.resolve() : context.deliver(update))
    const current = { line: 0 }
    /** Orders may be sent again only when the reports that were missed are in. */
    const settled = async (line: number, giveUp: number): Promise<void> => {
      while (made.hasGap && current.line === line && time.monotonic() < giveUp) {
        await new Promise<void>((resolve) => { time.setTimer(resolve, SETTLE_STEP, true) })
      }
    }
    const up = async (): Promise<void> => {
      current.line += 1
      const { line } = current
      await settled(line, time.monotonic() + settleTimeout)
      if (line !== current.line || isClosed) return
      isReady = true
      await deliver({ kind: 'connection', state: 'ready' })
    }
    let whenReady: Promise<void> = Promise.resolve()
    const made = createFixConnection({
      session: {
        undeclaredTags: 'allow', ...options.session, dictionary, senderCompId, targetCompId, accepts: ACCEPTED,
        // New risk is never sent again without its permit; what cancels or asks may be.
        onResend: ({ type }) => (type === 'D' || type === 'G' || type === 'H' ? 'gap_fill' : 'resend'),
      },
      addresses: options.addresses, store, clock: time, logger,
      ...(options.tls !== undefined && { tls: options.tls }),
      ...(options.reconnectDelay !== undefined && { reconnectDelay: options.reconnectDelay }),
      ...(options.maximumReconnectDelay !== undefined && { maximumReconnectDelay: options.maximumReconnectDelay }),
      onMessage: ({ message }) => desk?.receive(message) ?? Promise.resolve(),
      onState: (state, reason) => {
        if (state === 'up') {
          whenReady = up()
          whenReady.catch(() => undefined)
          return
        }
        current.line += 1
        isReady = false
        desk?.lineDown(reason)
        deliver({ kind: 'connection', state: 'gap', reason }).catch(() => undefined)
      },
      onOpen: (nextSender) => { desk?.recover(store, nextSender) },
    })
    connection = made
    desk = createOrderDesk({
      settings: { version, account, orderFields: options.orderFields ?? (() => []), trailingFields: options.trailingFields }, dictionary, connection: made, context: { clock: time, logger, deliver }, answerTimeout,
      massStatus: options.massStatus === true && version !== '4.2', refuseUnknownTrades: options.refuseUnknownTrades === true,
    })
    await made.open()
    await whenReady
    if (options.dropCopy !== undefined) copy = openDropCopy(options.dropCopy, version, { clock: time, logger, receive: (copied, message) => desk?.receiveCopy(copied, message) ?? Promise.resolve() })
  }

  return {
    capabilities,
    ...(options.marketData !== undefined && { marketData: options.marketData }),
    ...(options.reference !== undefined && { reference: options.reference }),
    connect,
    submit: (order) => {
      const { terms } = order
      const { type, timeInForce } = terms
      const isPossible = capabilities.orderTypes.includes(type) && capabilities.timesInForce.includes(timeInForce) && canSay(options, terms, () => trailingFieldsOf({ version, trailingFields: options.trailingFields }, terms) !== undefined)
      if (!isPossible) return Promise.resolve({ kind: 'refused', code: 'UNSUPPORTED', message: `${type} ${timeInForce} orders are not declared for this broker` })
      if (!isReady || isClosed) return Promise.resolve({ kind: 'not_sent', reason: 'no FIX session', retryable: true })
      return open().desk.submit(order)
    },
    cancel: (command) => (isClosed || connection?.isUp !== true ? Promise.resolve({ kind: 'not_sent', reason: 'no FIX session', retryable: true }) : open().desk.cancel(command)),
    ...(options.massCancel === true && version !== '4.2' && {
      cancelAll: () => (isClosed || connection?.isUp !== true ? Promise.resolve({ kind: 'not_sent' as const, reason: 'no FIX session', retryable: true }) : open().desk.cancelAll()),
    }),
    replace: (command) => (isReady && !isClosed ? open().desk.replace(command) : Promise.resolve({ kind: 'not_sent', reason: 'no FIX session', retryable: true })),
    lookup: (clientOrderId) => (connection?.isUp === true ? open().desk.lookup(clientOrderId) : Promise.resolve({ kind: 'indeterminate', reason: 'no FIX session' })),
    snapshot: async (): Promise<BrokerSnapshot> => {
      const asOf = open().clock.now()
      const [openOrders, positions, values] = await Promise.all([
        open().desk.listOpen(),
        partOf(options.positions, 'FIX order routing has no positions: give a source'), partOf(options.accountValues, 'FIX order routing has no account values: give a source'),
      ])
      return {
        asOf,
        openOrders,
        executions: { status: 'unavailable', reason: 'FIX order routing has no list of executions: missed reports come with the resend' },
        positions, account: values,
      }
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      isReady = false
      const working = desk?.working ?? 0
      if (options.onDisconnect === 'cancel' && working > 0) warn?.(`the broker cancels ${working} working orders with the session`)
      desk?.lineDown('the broker was closed')
      await copy?.close()
      await connection?.close()
    },
  }
}
