import type { Clock, Timer } from '@sluice/core'
import { daysAround, newYorkTime, timeOfDay } from './fake-calendar.ts'

/** What the market of shares is doing. `pre`, `post` and `overnight` are for orders that ask for them. */
export type FakePhase = 'overnight' | 'pre' | 'open' | 'post' | 'closed'

export interface FakeHours {
  /** Its phases are those of the exchange's calendar. */
  readonly followsCalendar: boolean
  phase(): FakePhase
  /** From now on, or, where the calendar rules, until its next change. */
  setPhase(phase: FakePhase): void
  onChange(listener: (from: FakePhase, to: FakePhase) => void): void
  /** Whether orders for the opening are taken now: from 19:00 to 9:28 in New York. */
  takesOpening(): boolean
  /** Whether orders for the close are taken now: from 19:00 to ten minutes before it. */
  takesClosing(): boolean
  /** When an order for the day ends: the next close. */
  nextClose(): number
  /** The answer of `/v2/clock`. */
  toWire(): Record<string, unknown>
  stop(): void
}

const HOUR = 3_600_000
const MINUTE = 60_000
const EVENING = 19 * HOUR
const LAST_OPENING = 9 * HOUR + 28 * MINUTE
const BEFORE_CLOSE = 10 * MINUTE

interface Boundary {
  readonly from: number
  readonly phase: FakePhase
}

function boundariesAround(now: number): Boundary[] {
  return daysAround(now).flatMap(({ close, open, sessionClose, sessionOpen }): Boundary[] => [
    { from: sessionOpen - 8 * HOUR, phase: 'overnight' }, { from: sessionOpen, phase: 'pre' }, { from: open, phase: 'open' }, { from: close, phase: 'post' },
    { from: sessionClose, phase: 'closed' },
  ]).toSorted((left, right) => left.from - right.from)
}

/**
 * `always`: open until a test closes it, so that tests run at any hour. `calendar`: the hours of the exchange, its holidays and half
 * days, on the fake's clock.
 */
export function createFakeHours(clock: Clock, mode: 'always' | 'calendar'): FakeHours {
  const listeners: ((from: FakePhase, to: FakePhase) => void)[] = []
  let timer: Timer | undefined
  const byCalendar = (): FakePhase => boundariesAround(clock.now()).findLast(({ from }) => from <= clock.now())?.phase ?? 'closed'
  let phase: FakePhase = mode === 'always' ? 'open' : byCalendar()
  const setPhase = (next: FakePhase): void => {
    const before = phase
    if (next === before) return
    phase = next
    for (const listener of listeners) listener(before, next)
  }
  const arm = (): void => {
    const next = boundariesAround(clock.now()).find(({ from }) => from > clock.now())
    if (next === undefined) return
    timer = clock.setTimer(() => {
      setPhase(byCalendar())
      arm()
    }, next.from - clock.now())
  }
  if (mode === 'calendar') arm()
  const next = (key: 'open' | 'close'): number => daysAround(clock.now()).find((day) => day[key] > clock.now())?.[key] ?? clock.now()
  const isEvening = (): boolean => timeOfDay(clock.now()) >= EVENING

  return {
    setPhase, followsCalendar: mode === 'calendar',
    phase: () => phase,
    onChange: (listener) => { listeners.push(listener) },
    takesOpening: () => mode === 'always' || isEvening() || timeOfDay(clock.now()) < LAST_OPENING,
    takesClosing: () => mode === 'always' || isEvening() || timeOfDay(clock.now()) < timeOfDay(next('close')) - BEFORE_CLOSE,
    nextClose: () => next('close'),
    toWire: () => ({
      timestamp: newYorkTime(clock.now()), is_open: phase === 'open', next_open: newYorkTime(next('open')), next_close: newYorkTime(next('close')),
    }),
    stop: () => { timer?.cancel() },
  }
}
