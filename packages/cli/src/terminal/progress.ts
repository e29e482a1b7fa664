import type { Terminal } from './terminal.ts'
import { formatCount, formatDuration } from './format.ts'

/** How far a long piece of work is. */
export interface Progress {
  /** So much more is done. Cheap: call it for every event. */
  advance(count?: number): void
  /** Takes the line away; from here on only the numbers count. */
  end(): ProgressReport
}

export interface ProgressReport {
  readonly count: number
  readonly seconds: number
  readonly perSecond: number
}

const REDRAW = 100
const BAR = 24
/** Looking at the clock for every event would cost more than the work. */
const STRIDE = 256

function draw(label: string, count: number, total: number | undefined, seconds: number, columns: number): string {
  const rate = seconds > 0 ? count / seconds : 0
  const parts = [`${formatCount(Math.round(rate))}/s`]
  let bar = formatCount(count)
  if (total !== undefined && total > 0) {
    const share = Math.min(1, count / total)
    const filled = Math.round(share * BAR)
    bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${Math.floor(share * 100)} %`
    if (rate > 0 && count < total) parts.push(`${formatDuration((total - count) / rate)} left`)
  }
  return `${label} ${bar} · ${parts.join(' · ')}`.slice(0, Math.max(20, columns - 1))
}

/** A line on standard error that grows while work goes on; nothing at all where nobody looks. */
export function startProgress({ interactive, columns, clock, note }: Terminal, label: string, total?: number): Progress {
  const started = clock.monotonic()
  let count = 0
  let sinceLook = 0
  let drawn = started - REDRAW

  const look = (): void => {
    sinceLook = 0
    const now = clock.monotonic()
    if (now - drawn < REDRAW) return
    drawn = now
    note(`\r\u001B[2K${draw(label, count, total, (now - started) / 1000, columns)}`)
  }
  return {
    advance: (by = 1) => {
      count += by
      sinceLook += by
      if (interactive && sinceLook >= STRIDE) look()
    },
    end: () => {
      if (interactive) note('\r\u001B[2K')
      const seconds = (clock.monotonic() - started) / 1000
      return { count, seconds: Number(seconds.toFixed(3)), perSecond: seconds > 0 ? Math.round(count / seconds) : 0 }
    },
  }
}

/** `1 000 000 events in 3.2 s (312 500/s)`. */
export function describeReport({ count, seconds, perSecond }: ProgressReport): string {
  return `${formatCount(count)} event${count === 1 ? '' : 's'} in ${formatDuration(seconds)} (${formatCount(perSecond)}/s)`
}
