import type { Access } from '../access/access.ts'
import type { Principal } from '../access/principal.ts'

/**
 * The accounts a list is made of: the one asked for, else those granted. `undefined` stands for all there are.
 * @throws Refusal 404 for a foreign account
 */
export async function readableAccounts(asked: string | undefined, principal: Principal, access: Access): Promise<readonly (string | undefined)[]> {
  if (asked !== undefined) {
    await access.requireAccount(asked)
    return [asked]
  }
  return principal.accounts === '*' ? [undefined] : [...new Set(principal.accounts)]
}

/**
 * The one account a request is about: the one asked for, else the first that the principal has, which is `main` for who has all.
 * @throws Refusal 404 for a foreign account, and for who has none
 */
export async function oneAccount(asked: string | undefined, { accounts }: Principal, access: Access): Promise<string> {
  const account = asked ?? (accounts === '*' ? 'main' : accounts[0] ?? '')
  await access.requireAccount(account)
  return account
}

/** The items of accounts that the principal may use. */
export async function onlyReadable<Item extends { readonly account: string }>(items: readonly Item[], access: Access): Promise<readonly Item[]> {
  if (access.everywhere) return items
  const accounts = [...new Set(items.map((item) => item.account))]
  const allowed = new Set<string>()
  await Promise.all(accounts.map(async (account) => { if (await access.allows(account)) allowed.add(account) }))
  return items.filter((item) => allowed.has(item.account))
}
