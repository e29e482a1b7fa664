// TEMPORARY until packages/http/src/client exists: then only re-exports of '@sluice/http/client'.
import type { EngageCommand, KillReport, KillStatus, Order, OrderFilter, OrderRequest, Position, Preflight, ReleaseCommand, StreamItem } from '@sluice/core'

export type HeadersSource = () => HeadersInit | undefined | Promise<HeadersInit | undefined>

export interface ExecutionClient {
  placeOrder(request: OrderRequest, options: { idempotencyKey: string; signal?: AbortSignal }): Promise<Order>
  preflight(request: OrderRequest, options?: { signal?: AbortSignal }): Promise<Preflight>
  approveOrder(orderId: string, approval: { code: string }): Promise<Order>
  cancelOrder(orderId: string): Promise<Order>
  getOrder(orderId: string): Promise<Order>
  listOrders(filter?: OrderFilter): Promise<readonly Order[]>
  positions(filter?: { account?: string }): Promise<readonly Position[]>
  readonly killSwitch: { status(): Promise<KillStatus>; engage(command: EngageCommand): Promise<KillReport>; release(command: ReleaseCommand): Promise<KillStatus> }
  events(options: { account?: string; after?: number; signal?: AbortSignal; onState?: (state: string) => void }): AsyncIterable<StreamItem>
}

export function createClient(_baseUrl: string, _getHeaders: () => ReturnType<HeadersSource>): ExecutionClient {
  throw new Error('not yet')
}
