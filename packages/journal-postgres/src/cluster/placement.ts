import { hash } from 'node:crypto'

/**
 * The members in the order in which they should own an account (rendezvous hashing): everyone who knows the members agrees, and
 * when one leaves only its accounts move.
 */
export function rankMembers(account: string, members: readonly string[]): readonly string[] {
  const weights = new Map(members.map((member) => [member, hash('sha256', `${member}\n${account}`)]))
  return members.toSorted((left, right) => ((weights.get(left) ?? '') < (weights.get(right) ?? '') ? 1 : -1))
}
