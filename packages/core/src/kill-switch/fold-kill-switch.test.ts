import { expect, test } from 'vitest'
import { eventSource } from '../../test/support/make-event.ts'
import type { StoredEvent } from '../order/event.ts'
import { foldKillSwitch, tripIdOf, tripTrigger } from './fold-kill-switch.ts'

const source = eventSource()
const change = (action: 'engage' | 'release', epoch: number, trigger?: string): StoredEvent =>
  source.make('kill_switch_changed', { action, scope: 'global', level: 'no_new', epoch, reason: 'r', actor: 'ada', ...(trigger !== undefined && { trigger }) })

test('a trip is recognised by its trigger, and nothing else is taken for one', () => {
  expect(tripIdOf(tripTrigger('trip-1'))).toBe('trip-1')
  expect([tripIdOf(undefined), tripIdOf('daily-loss'), tripIdOf('trip'), tripIdOf('a trip-file:1')]).toEqual([undefined, undefined, undefined, undefined])
})

test('a history is folded to what is engaged and which lines of the trip file were answered, also when released since', () => {
  const other = source.make('anomaly_detected', { code: 'LATE_FILL', message: 'm' })
  const events = [change('engage', 1), other, change('engage', 2, tripTrigger('trip-1')), change('release', 3), change('engage', 4, tripTrigger('trip-2')), change('engage', 5, 'daily-loss')]
  const { state, answeredTrips } = foldKillSwitch(events)
  expect([state.epoch, state.engaged.map(({ scope, trigger }) => [scope, trigger])]).toEqual([5, [['global', 'daily-loss']]])
  expect([...answeredTrips]).toEqual(['trip-1', 'trip-2'])
  expect(foldKillSwitch([])).toEqual({ state: { epoch: 0, engaged: [] }, answeredTrips: new Set() })
})
