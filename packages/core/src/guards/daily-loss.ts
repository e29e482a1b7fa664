import { formatDecimal, maximum } from '../order/decimal.ts'
import { checkSessionRoll } from '../risk/session-day.ts'
import { describeError } from '../runtime/errors.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { decimalOption, invalidOption } from './option.ts'

export interface DailyLossOptions {
  /** Loss of a session, realised and unrealised, from which only reducing orders pass; in the account's currency. */
  readonly loss: string
  /** `HH:MM` at which a session ends. Default `00:00`. */
  readonly roll?: string
  /** IANA zone of `roll`. Default `UTC`. */
  readonly zone?: string
}

const control: Control = {
  prevents: 'New risk once the session has lost the limit, until a human releases the account',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA credit and loss limits'],
  codes: { DAILY_LOSS_EXCEEDED: 'The session has lost its limit. Only orders that reduce a position pass.' },
  reducing: 'pass',
  tightens: { loss: 'lower', roll: 'restart', zone: 'restart' },
  defaults: { roll: '00:00', zone: 'UTC' },
}

/**
 * Loss since the session began, marked to the worse side of fresh quotes. When it reaches the limit the account is latched in
 * `reduce_only`: recovery of the price does not clear it, a restart does not, a human does.
 */
export function dailyLoss(options: DailyLossOptions): Guard<DailyLossOptions, undefined, undefined> {
  const limit = decimalOption('dailyLoss', 'loss', options.loss)
  const limitText = formatDecimal(limit)
  const sessionRoll = { roll: options.roll ?? '00:00', zone: options.zone ?? 'UTC' }
  try {
    checkSessionRoll(sessionRoll)
  } catch (error) {
    throw invalidOption('dailyLoss', 'roll and zone', `are not valid: ${describeError(error)}`)
  }
  return defineGuard({
    name: 'daily-loss',
    options,
    control,
    withOptions: dailyLoss,
    usage: ({ view }) => [{ limit: 'loss', maximum: limitText, used: formatDecimal(maximum(0n, -view.profitAndLoss().session)) }],
    sessionRoll,
    check: (order, { view }) => {
      const loss = maximum(0n, -view.profitAndLoss().session)
      if (loss < limit || view.reducing(order)) return within(loss, limit, limitText)
      return reject('DAILY_LOSS_EXCEEDED', `the session has lost ${formatDecimal(loss)}, the limit is ${options.loss}; only reducing orders pass`, {
        limit: limitText, observed: formatDecimal(loss),
      })
    },
    trip: ({ view }) => {
      const loss = -view.profitAndLoss().session
      if (loss < limit) return undefined
      return { scope: `account:${view.account}`, level: 'reduce_only', reason: `the session has lost ${formatDecimal(loss)}, the limit is ${options.loss}` }
    },
  })
}
