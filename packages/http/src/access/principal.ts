/** What a principal may do. `trade` includes `cancel`: whoever may send an order may take it back. */
export type Right = 'trade' | 'cancel' | 'approve' | 'kill' | 'read'

/** Who a request speaks for, as `authenticate` says. */
export interface Principal {
  /** Recorded as the actor of every order, cancel, approval and kill. Part of an order's digest. */
  readonly id: string
  /** The accounts it may use; `'*'` is all of them. Every other account does not exist for it. */
  readonly accounts: readonly string[] | '*'
  /** Default: every right. */
  readonly rights?: readonly Right[]
  /** How it proved who it is. `'cookie'` turns on the checks against cross-site requests. */
  readonly via?: string
}

/** What a host's `authorize` is asked. */
export interface Action {
  /** Absent for what every principal may do, such as reading the kill switch. */
  readonly right: Right | undefined
  /** Absent when no single account is concerned, as with the kill switch. */
  readonly account: string | undefined
}

/** Whether the principal holds the right at all, whatever the account. */
export function holdsRight(principal: Principal, right: Right): boolean {
  const { rights } = principal
  return rights === undefined || rights.includes(right) || (right === 'cancel' && rights.includes('trade'))
}
