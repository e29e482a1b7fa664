import { GLOBAL_ACCOUNT } from '@sluice/core'
import { accountNotFound } from '../answer/refusal.ts'

/** The account of an order request. One that is no text is left for core to refuse: it names nobody's account. */
export function requestedAccount(body: Readonly<Record<string, unknown>>): string {
  const { account } = body
  if (account === GLOBAL_ACCOUNT) throw accountNotFound()
  return typeof account === 'string' ? account : 'main'
}
