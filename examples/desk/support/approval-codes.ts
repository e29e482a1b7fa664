import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'otplib'

const PERIOD = 30
/** Longer than a code takes from here to the server. */
const ROOM = 3

/** What the demo user's authenticator shows, and showed one step before: both are right, each once. */
export interface ApprovalCodes {
  readonly now: string
  readonly before: string
  readonly wrong: string
}

/** Near the end of a step it waits for the next one, so that no code grows old on its way. */
export async function approvalCodes(secret: string): Promise<ApprovalCodes> {
  const left = PERIOD - ((Date.now() / 1000) % PERIOD)
  if (left < ROOM) await sleep(left * 1000 + 50)
  const epoch = Math.floor(Date.now() / 1000)
  const [now, before] = await Promise.all([generate({ secret, epoch }), generate({ secret, epoch: epoch - PERIOD })])
  const wrong = ['000000', '111111', '222222'].find((code) => code !== now && code !== before) ?? ''
  return { now, before, wrong }
}
