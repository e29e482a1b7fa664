import { digestOrder } from '../../order/digest.ts'
import { formatDecimal } from '../../order/decimal.ts'
import type { Denial, Evaluation } from '../../order/event.ts'
import { parseOrderRequest } from '../../order/parse-request.ts'
import type { OrderTerms } from '../../order/request.ts'
import { toIso } from '../../runtime/clock.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'
import { judge, newCandidate } from './decide.ts'
import { bookOf, routeOf } from './place-order.ts'
import { prepare } from './prepare.ts'

export interface PreflightResult {
  readonly verdict: 'allow' | 'reject' | 'challenge'
  readonly denial: Denial | undefined
  readonly challenges: readonly Denial[]
  readonly evaluation: Evaluation
  readonly terms: OrderTerms
  readonly digest: string
  readonly broker: string
  readonly estimatedValue: string | undefined
  readonly expiresAt: string
}

/** How long an answer may be shown as current, in ms. */
const VALID_FOR = 30_000

/** Asks the guards about an order. Reserves, consumes and journals nothing. */
export async function preflight(context: PipelineContext, request: unknown, actor: string): Promise<PreflightResult> {
  if (context.closing) throw new SluiceError('CLOSED', 'the service is closed')
  const { terms } = parseOrderRequest(request)
  const book = bookOf(context, terms.account)
  const broker = routeOf(context, terms)
  const make = () => newCandidate(context, { orderId: 'preflight', terms, actor, broker, approved: false })
  const prepared = prepare(context, make())
  const facts = 'then' in prepared ? await prepared : prepared
  const candidate = make()
  const { verdict, denial, challenges, evaluation, recorded } = judge(context, book, candidate, facts)
  let estimatedValue: string | undefined
  try {
    estimatedValue = formatDecimal(recorded.view.value(candidate))
  } catch {
    // Without a price there is no estimate; the guards have said what that means for the order.
  }
  return {
    verdict, denial, challenges, evaluation, terms, digest: digestOrder(terms, actor), broker, estimatedValue,
    expiresAt: toIso(context.clock.now() + VALID_FOR),
  }
}
