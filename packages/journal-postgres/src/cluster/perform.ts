import { type ExecutionService, type Issue, type LimitsCommand, type PlaceOptions, SluiceError, type SluiceErrorDetails } from '@sluice/core'

/** What a node can ask the owner of an account to do, by the method of the service. */
const KINDS = [
  'placeOrder', 'preflight', 'approveOrder', 'cancelOrder', 'cancelOrders', 'replaceOrder', 'resolveOrder', 'adoptPositions', 'getOrderStatus', 'listOrders',
  'positions', 'accountValues', 'guards', 'release', 'limits',
] as const
export type Kind = (typeof KINDS)[number]

type Outcome = { readonly value: unknown; readonly replayed?: boolean } | { readonly error: ErrorText }

interface ErrorText {
  readonly code: SluiceError['code']
  readonly message: string
  readonly retryable: boolean
  readonly orderId?: string
  readonly attemptsLeft?: number
  readonly issues?: readonly Issue[]
  readonly denial?: NonNullable<SluiceErrorDetails['denial']>
}

function call(service: ExecutionService, kind: Kind, input: readonly unknown[], inner: string, onReplay: () => void): Promise<unknown> {
  const [first, second, third] = input as [never, never, never]
  const options = input[1] as PlaceOptions | undefined
  switch (kind) {
    case 'placeOrder': return service.placeOrder(first, { ...options, onReplay })
    case 'release': return service.killSwitch.release(first)
    // The human's code was spent for all accounts at once.
    case 'limits': return service.limits.update({ ...(first as LimitsCommand), ...(second === true && { code: inner }) })
    case 'approveOrder': return service.approveOrder(first, second)
    case 'replaceOrder': return service.replaceOrder(first, second, third ?? undefined)
    case 'resolveOrder': return service.resolveOrder(first, second, third ?? undefined)
    case 'adoptPositions': return service.adoptPositions(first, second, third ?? undefined)
    case 'preflight': return service.preflight(first, second ?? undefined)
    case 'cancelOrder': return service.cancelOrder(first, second ?? undefined)
    case 'cancelOrders': return service.cancelOrders(first, second ?? undefined)
    case 'getOrderStatus': return service.getOrderStatus(first)
    case 'listOrders': return service.listOrders(first)
    case 'positions': return service.positions(first)
    case 'accountValues': return service.accountValues(first)
    case 'guards': return service.guards(first)
  }
}

function describe(error: unknown): ErrorText {
  if (!SluiceError.isInstance(error)) return { code: 'NOT_READY', message: error instanceof Error ? error.message : String(error), retryable: false }
  const { code, message, retryable, orderId, attemptsLeft, issues, denial } = error
  return {
    code, message, retryable, ...(orderId !== undefined && { orderId }), ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(issues !== undefined && { issues }), ...(denial !== undefined && { denial }),
  }
}

/**
 * Does at the owner what was asked elsewhere; the answer as text. Never rejects. Undefined: it is the owner no longer, and nothing was done.
 * @param inner the code of this process for what a human's code was spent on elsewhere
 */
export async function perform(service: ExecutionService, kind: string, input: string, inner: string): Promise<string | undefined> {
  const replay = { done: false }
  let outcome: Outcome
  try {
    if (!KINDS.includes(kind as Kind)) throw new SluiceError('NOT_READY', `the owner does not know ${kind}: its version is another`)
    const value = await call(service, kind as Kind, JSON.parse(input) as unknown[], inner, () => { replay.done = true })
    outcome = { value, ...(replay.done && { replayed: true }) }
  } catch (error) {
    if (SluiceError.isInstance(error) && error.code === 'CLOSED') return undefined
    outcome = { error: describe(error) }
  }
  return JSON.stringify(outcome)
}

/** The answer as the caller would have got it from the owner. */
export function readAnswer(text: string, onReplay?: () => void): unknown {
  const outcome = JSON.parse(text) as Outcome
  if ('error' in outcome) {
    const { code, message, ...details } = outcome.error
    throw new SluiceError(code, message, details)
  }
  if (outcome.replayed === true) onReplay?.()
  return outcome.value
}
