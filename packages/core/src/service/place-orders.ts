import { catchError, defer, map, mergeMap, type Observable, of, type OperatorFunction } from 'rxjs'
import type { Order } from '../order/order.ts'
import type { OrderRequest } from '../order/request.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import type { ExecutionService, PlaceOptions } from './execution-service.ts'

/** What became of one request of a stream. A denial is an order; an error means that no order was recorded. */
export type PlacementResult =
  | { readonly kind: 'order'; readonly request: OrderRequest; readonly order: Order }
  | { readonly kind: 'error'; readonly request: OrderRequest; readonly error: SluiceError }

export interface PlaceOrdersOptions extends Pick<PlaceOptions, 'actor'> {
  /** Orders on their way to their verdict at once. Default 16. */
  readonly concurrency?: number
}

/**
 * Places every request of a stream and emits each result when its verdict is in. The stream never dies of an order: failures are
 * values.
 */
export function placeOrders(service: Pick<ExecutionService, 'placeOrder'>, options: PlaceOrdersOptions = {}): OperatorFunction<OrderRequest, PlacementResult> {
  const { concurrency = 16, actor } = options
  const place = (request: OrderRequest): Observable<PlacementResult> => defer(() => service.placeOrder(request, actor === undefined ? {} : { actor })).pipe(
    map((order): PlacementResult => ({ kind: 'order', request, order })),
    catchError((error: unknown) => of<PlacementResult>({
      kind: 'error', request, error: SluiceError.isInstance(error) ? error : new SluiceError('CLOSED', describeError(error), { cause: error }),
    })),
  )
  return mergeMap(place, concurrency)
}
