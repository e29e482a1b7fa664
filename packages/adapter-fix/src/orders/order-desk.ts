import {
  type AdapterContext, type ApprovedOrder, type ApprovedReplacement, type BrokerOrder, type BrokerUpdate, type CancelCommand, type CommandOutcome, type Lookup, type Permit,
  type ReplaceRequest, type SnapshotPart, type SubmitOutcome,
} from '@sluice/core'
import type { Dictionary, FixVersion } from '../codec/dictionary/dictionary.ts'
import type { FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import { toIsoTime } from '../codec/timestamp.ts'
import type { FixStore } from '../store/fix-store.ts'
import type { FixConnection } from '../transport/fix-connection.ts'
import { dontKnowFields, questionTrade } from './dont-know.ts'
import { type ExecutionReport, readReport } from './execution-report.ts'
import { cancelFields, massCancelFields, newOrderFields, type OrderSettings, replaceFields, statusFields } from './map-order.ts'
import { createMassCancel } from './mass-cancel.ts'
import { createMassStatus } from './mass-status.ts'
import { createOrderBook, forgetOldest } from './order-book.ts'
import { createPendingRequests } from './pending-requests.ts'
import { recoverOrders } from './recover-orders.ts'
import { createSentCommands, type SentCommand } from './sent-commands.ts'
import { toBrokerOrder, trackOrder } from './tracked-order.ts'

export interface OrderDeskOptions {
  readonly settings: OrderSettings
  readonly dictionary: Dictionary
  readonly connection: FixConnection
  readonly context: Pick<AdapterContext, 'clock' | 'logger' | 'deliver'>
  readonly answerTimeout: number
  /** The broker answers AF. */
  readonly massStatus: boolean
  /** Trades that no order here explains are answered with Q. */
  readonly refuseUnknownTrades: boolean
}

/** Orders over one connection: requests go out, reports come in, each answer finds who waits for it. */
export interface OrderDesk {
  submit(order: ApprovedOrder): Promise<SubmitOutcome>
  cancel(command: CancelCommand): Promise<CommandOutcome>
  /** All orders of the session at once (q). */
  cancelAll(): Promise<CommandOutcome>
  replace(command: ApprovedReplacement): Promise<SubmitOutcome>
  lookup(clientOrderId: string): Promise<Lookup>
  /** All open orders, where the broker lists them. */
  listOpen(): Promise<SnapshotPart<readonly BrokerOrder[]>>
  /** Resolves when everything that the message means is durable. */
  receive(message: MessageView): Promise<void>
  /** An ExecutionReport that a drop copy session brought: its trades count, once; what it says of the order is the order session's to say. */
  receiveCopy(version: FixVersion, message: MessageView): Promise<void>
  /** Orders that work at the broker, as far as is known here. */
  readonly working: number
  /** Whoever waits for an answer over the line that is gone cannot know. */
  lineDown(reason: string): void
  /** Reads what was sent before a restart. */
  recover(store: FixStore, nextSender: number): void
}

/** OrdRejReason 6: the broker has an order with this ClOrdID. */
const DUPLICATE = 6
/** OrdRejReason 5: the broker does not know the order. */
const UNKNOWN = 5
/** Replaces whose answer may still come. */
const MAXIMUM_CHANGES = 10_000
const STRANGER = 'FIX can only be asked for an order whose symbol and side are known here'
const NO_ORDER_ID = new Set(['NONE', 'UNKNOWN', '0'])

export function createOrderDesk({ settings, dictionary, connection, context, answerTimeout, massStatus, refuseUnknownTrades }: OrderDeskOptions): OrderDesk {
  const { clock, logger, deliver } = context
  const commands = createPendingRequests<SubmitOutcome>(clock, answerTimeout)
  const lookups = createPendingRequests<Lookup>(clock, answerTimeout)
  const changes = new Map<string, ReplaceRequest>()
  const sent = createSentCommands()
  /** Look-ups on their way, for whoever asks the same meanwhile. */
  const asking = new Map<string, Promise<Lookup>>()
  const book = createOrderBook((clientOrderId) => changes.get(clientOrderId))

  const mass = createMassStatus({
    clock, timeout: answerTimeout,
    send: (requestId) => {
      connection.send('AF', [[584, requestId], [585, 7]], {
        written: (sequence) => { sent.note(sequence, { clientOrderId: requestId, command: 'mass_status' }) },
        unsent: (reason) => { mass.fail(reason) },
      })
    },
  })

  const massCancel = createMassCancel({
    clock, timeout: answerTimeout,
    send: (clientOrderId) => {
      connection.send('q', massCancelFields(clientOrderId, clock.now()), {
        written: (sequence) => { sent.note(sequence, { clientOrderId, command: 'mass_cancel' }) },
        unsent: (reason) => { massCancel.unsent(reason) },
      })
    },
  })
  /** A trade is a fact whoever caused it: it is passed on in any case, and said aloud. */
  const questionReport = (report: ExecutionReport): void => {
    const unknown = questionTrade(report, book.find(report.clientOrderId) ?? book.find(report.originalClientOrderId))
    if (unknown === undefined) return
    logger.error('the broker reports a trade that is not explained by an order here', { executionId: report.executionId, brokerOrderId: report.brokerOrderId, reason: unknown.text })
    if (refuseUnknownTrades) connection.send('Q', dontKnowFields(report, unknown))
  }

  const late = (what: string): SubmitOutcome => ({ kind: 'ambiguous', reason: `the broker did not answer the ${what} within ${answerTimeout} ms` })
  const request = (type: string, fields: FieldList, command: SentCommand, permit: Permit | undefined, notSent: () => void): Promise<SubmitOutcome> => {
    const { clientOrderId } = command
    const answer = commands.wait(clientOrderId, late(command.command))
    connection.send(type, fields, {
      // A cancel is wanted also when the line comes back; a new risk is not.
      onlyNow: permit !== undefined,
      ...(permit !== undefined && { permit }),
      written: (sequence) => { sent.note(sequence, command) },
      unsent: (reason) => {
        notSent()
        commands.settle(clientOrderId, { kind: 'not_sent', reason, retryable: true })
      },
    })
    return answer
  }
  const settleReport = (report: ExecutionReport): void => {
    const { kind, clientOrderId, brokerOrderId } = report
    // A cancel is taken once it is pending; new terms count only when they are in force.
    if (kind === 'pending' && report.orderStatus === '6' && book.find(clientOrderId) === undefined) commands.settle(clientOrderId, { kind: 'accepted', brokerOrderId })
    if (kind === 'pending' || kind === 'other') return
    if (kind === 'status') {
      settleLookup(report)
      return
    }
    const order = book.find(clientOrderId)
    if (kind === 'rejected') {
      const rejection: SubmitOutcome = report.rejectReason === DUPLICATE
        ? { kind: 'duplicate' }
        : { kind: 'refused', code: `FIX_${report.rejectReason ?? 99}`, message: report.text ?? 'the broker rejected the order' }
      commands.settle(clientOrderId, rejection)
      // 4.2 brokers, and some others, answer a status request for an unknown order in this way.
      if (lookups.has(clientOrderId ?? '')) settleLookup(report)
      return
    }
    // A report of the cancel's own id ends the cancel; one of the order's id says that the broker has the order.
    commands.settle(clientOrderId, { kind: 'accepted', brokerOrderId })
    if (kind === 'canceled' && order === undefined) commands.settle(report.originalClientOrderId, { kind: 'accepted', brokerOrderId })
  }
  const settleLookup = (report: ExecutionReport): void => {
    const order = book.find(report.clientOrderId)
    const isUnknown = report.orderStatus === '8' && (report.rejectReason === UNKNOWN || NO_ORDER_ID.has(report.brokerOrderId))
    if (isUnknown) lookups.settle(report.clientOrderId, { kind: 'not_found', asOf: clock.now() })
    else if (order !== undefined) lookups.settle(report.clientOrderId, { kind: 'found', order: toBrokerOrder(order) })
  }
  const deliverAll = async (updates: readonly BrokerUpdate[]): Promise<void> => {
    await Promise.all(updates.map((update) => deliver(update)))
  }
  const receiveReport = (message: MessageView): Promise<void> => {
    const report = readReport(settings.version, message)
    if (report === undefined) {
      logger.error('an ExecutionReport lacks what it must have', { sequence: message.sequence })
      return Promise.resolve()
    }
    if (report.mass !== undefined) {
      const order = book.find(report.clientOrderId)
      if (order !== undefined) book.apply(report)
      if (mass.receive(report, order === undefined ? undefined : toBrokerOrder(order))) return Promise.resolve()
    }
    const isStatusOfUnknown = report.orderStatus === '8' && lookups.has(report.clientOrderId ?? '') && (report.rejectReason === UNKNOWN || NO_ORDER_ID.has(report.brokerOrderId))
    if (!book.hasExecution(report.executionId)) questionReport(report)
    const updates = isStatusOfUnknown || (report.kind === 'rejected' && report.rejectReason === DUPLICATE) ? [] : book.apply(report)
    const done = deliverAll(updates)
    settleReport(report)
    return done
  }
  /** OrderCancelReject 9. */
  const receiveCancelReject = (message: MessageView): Promise<void> => {
    const [clientOrderId, original] = [message.text(11), message.text(41)]
    const refusal = { code: `FIX_${message.integer(102) ?? 99}`, message: message.text(58) ?? 'the broker refused' }
    if (commands.settle(clientOrderId, { kind: 'refused', ...refusal })) return Promise.resolve()
    const kind = message.text(434) === '2' ? 'replace_refused' : 'cancel_refused'
    const named = kind === 'replace_refused' ? clientOrderId : original
    return named === undefined ? Promise.resolve() : deliver({ kind, clientOrderId: named, ...refusal })
  }
  /** Reject 3 or BusinessMessageReject j of a message of ours. */
  const receiveReject = (message: MessageView): Promise<void> => {
    const command = sent.find(message.integer(45))
    const refusal = { code: message.type === '3' ? 'FIX_SESSION_REJECT' : 'FIX_BUSINESS_REJECT', message: message.text(58) ?? 'the broker cannot take the message' }
    if (command === undefined) {
      logger.warn('the broker rejected a message', { sequence: message.integer(45), text: message.text(58) })
      return Promise.resolve()
    }
    const { clientOrderId } = command
    if (command.command === 'mass_status') {
      mass.fail(refusal.message)
      return Promise.resolve()
    }
    if (command.command === 'mass_cancel') {
      massCancel.refuse(refusal.code, refusal.message)
      return Promise.resolve()
    }
    if (command.command === 'status') {
      lookups.settle(clientOrderId, { kind: 'indeterminate', reason: refusal.message })
      return Promise.resolve()
    }
    if (command.command === 'new') {
      const order = book.find(clientOrderId)
      if (order !== undefined) Object.assign(order, { status: 'rejected', rejection: refusal })
    }
    if (commands.settle(clientOrderId, { kind: 'refused', ...refusal })) return Promise.resolve()
    return deliver(command.command === 'new' ? { kind: 'rejected', clientOrderId, ...refusal } : { kind: command.command === 'cancel' ? 'cancel_refused' : 'replace_refused', clientOrderId, ...refusal })
  }

  /** An order from before the store: the list shows it while it is open, and proves nothing when it does not. */
  const lookupInList = async (clientOrderId: string): Promise<Lookup> => {
    const open = await mass.ask()
    const order = open.status === 'present' ? open.value.find((entry) => entry.clientOrderId === clientOrderId) : undefined
    return order === undefined ? { kind: 'indeterminate', reason: STRANGER } : { kind: 'found', order }
  }

  return {
    listOpen: () => (massStatus ? mass.ask() : Promise.resolve({ status: 'unavailable', reason: 'the broker has no list of orders: each is looked up by itself' })),
    submit: (order) => {
      const { clientOrderId, terms, permit } = order
      if (book.find(clientOrderId) !== undefined) return Promise.resolve({ kind: 'duplicate' })
      if (connection.isSlow) return Promise.resolve({ kind: 'not_sent', reason: 'the broker does not keep up with what is sent', retryable: true })
      const now = clock.now()
      book.add(trackOrder(clientOrderId, terms, toIsoTime(now) ?? ''))
      return request('D', newOrderFields(settings, order, now), { clientOrderId, command: 'new' }, permit, () => { book.remove(clientOrderId) })
    },
    cancel: async (command) => {
      const { clientOrderId, originalClientOrderId } = command
      const amounts = book.find(originalClientOrderId)?.terms ?? {}
      const outcome = await request('F', cancelFields(settings, command, amounts, clock.now()), { clientOrderId, command: 'cancel' }, undefined, () => undefined)
      if (outcome.kind === 'duplicate') return { kind: 'refused', code: 'FIX_6', message: 'the broker knows the id of the cancel' }
      return outcome.kind === 'accepted' ? { kind: 'accepted' } : outcome
    },
    cancelAll: () => massCancel.ask(),
    replace: (command) => {
      const { clientOrderId, originalClientOrderId } = command
      if (commands.has(clientOrderId) || changes.has(clientOrderId)) return Promise.resolve({ kind: 'duplicate' })
      if (connection.isSlow) return Promise.resolve({ kind: 'not_sent', reason: 'the broker does not keep up with what is sent', retryable: true })
      const order = book.find(originalClientOrderId)
      changes.set(clientOrderId, command.changes)
      forgetOldest(changes, MAXIMUM_CHANGES)
      if (order !== undefined) book.link(clientOrderId, order)
      return request('G', replaceFields(settings, command, clock.now()), { clientOrderId, command: 'replace' }, command.permit, () => {
        changes.delete(clientOrderId)
        book.remove(clientOrderId)
      })
    },
    lookup: (asked) => {
      const order = book.find(asked)
      if (order === undefined) return massStatus ? lookupInList(asked) : Promise.resolve({ kind: 'indeterminate', reason: STRANGER })
      // An id that was replaced is no longer one of the broker's.
      const clientOrderId = order.clientOrderId
      const known = asking.get(clientOrderId)
      if (known !== undefined) return known
      const answer = lookups.wait(clientOrderId, { kind: 'indeterminate', reason: `no answer within ${answerTimeout} ms` }).finally(() => asking.delete(clientOrderId))
      asking.set(clientOrderId, answer)
      connection.send('H', statusFields(settings, { clientOrderId, brokerOrderId: order.brokerOrderId, symbol: order.terms.symbol, side: order.terms.side }), {
        written: (sequence) => { sent.note(sequence, { clientOrderId, command: 'status' }) },
        unsent: (reason) => { lookups.settle(clientOrderId, { kind: 'indeterminate', reason }) },
      })
      return answer
    },
    receive: (message) => {
      switch (message.type) {
        case '8': return receiveReport(message)
        case '9': return receiveCancelReject(message)
        case 'r':
          massCancel.receive(message)
          return Promise.resolve()
        case '3':
        case 'j': return receiveReject(message)
        default:
          logger.info('a FIX message without a meaning for orders', { type: message.type, text: message.text(58) ?? message.text(148) })
          return Promise.resolve()
      }
    },
    lineDown: (reason) => {
      commands.settleAll({ kind: 'ambiguous', reason })
      lookups.settleAll({ kind: 'indeterminate', reason })
      mass.fail(reason)
      massCancel.lineDown(reason)
    },
    get working() { return book.working },
    receiveCopy: (version, message) => {
      const report = message.type === '8' ? readReport(version, message) : undefined
      return report === undefined ? Promise.resolve() : deliverAll(book.applyCopy(report))
    },
    recover: (store, nextSender) => { recoverOrders(store, dictionary, nextSender, book) },
  }
}
