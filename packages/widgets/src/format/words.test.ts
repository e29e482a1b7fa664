import type { KillLevel, OrderStatus, OrderType, Side, TimeInForce } from '@sluice/core'
import { expect, test } from 'vitest'
import { german } from '../locales/de.ts'
import { moreGerman } from '../locales/more/de.ts'
import { levelText, sideText, statusText, timeInForceText, typeText } from './words.ts'

// Complete by their types: a new word does not compile before it is written here.
const statuses: Readonly<Record<OrderStatus, string>> = {
  pending_approval: 'Needs approval', pending_new: 'Sending', new: 'Working', partially_filled: 'Part filled', filled: 'Filled', pending_cancel: 'Canceling', pending_replace: 'Replacing',
  canceled: 'Canceled', denied: 'Denied', rejected: 'Rejected', expired: 'Expired', done_for_day: 'Done for day', suspended: 'Suspended', unknown: 'Unknown',
}
const sides: Readonly<Record<Side, string>> = { buy: 'Buy', sell: 'Sell', sell_short: 'Sell short' }
const types: Readonly<Record<OrderType, string>> = { market: 'Market', limit: 'Limit', stop: 'Stop', stop_limit: 'Stop limit', trailing_stop: 'Trailing stop' }
const lifetimes: Readonly<Record<TimeInForce, string>> = {
  day: 'Day', gtc: 'Good till canceled', gtd: 'Good till date', ioc: 'Immediate or cancel', fok: 'Fill or kill', opg: 'At the opening', cls: 'At the close',
}
const levels: Readonly<Record<KillLevel, string>> = {
  reduce_only: 'Reduce only', no_new: 'No new orders', cancel_all: 'No new orders, working orders canceled', flatten: 'No new orders, positions closed',
}

test.each([['status', statuses, statusText], ['side', sides, sideText], ['type', types, typeText], ['time in force', lifetimes, timeInForceText], ['kill level', levels, levelText]] as const)(
  'every %s has words of its own, in every language', (_what, words, text) => {
    const all = Object.entries(words) as [never, string][]
    expect(all.map(([word]) => text(word))).toEqual(all.map(([, said]) => said))
    expect(all.filter(([, said]) => !(said in german || said in moreGerman))).toEqual([])
  })
