import type { Outcome, Side } from './incident.ts'
import type { Point } from './stage.ts'

const money = (value: number): string => {
  const digits = Math.round(Math.abs(value)).toString().replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return value > 0.5 ? `-$${digits}` : value < -0.5 ? `+$${digits}` : '$0'
}

const WIDTH = 48

function bar(loss: number, largest: number): string {
  const length = largest <= 0 ? 0 : Math.max(0, Math.round((loss / largest) * WIDTH))
  return (length === 0 ? '▏' : '█'.repeat(length)).padEnd(WIDTH)
}

const refusedBy = ({ denials }: Side): string => [...denials].map(([code, count]) => `${code} ×${count}`).join(', ') || 'nothing refused: its retries found the first order'

/** Bars for a terminal. */
export function toText(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ incident, without, with: guarded }) => {
    const largest = Math.max(without.loss, guarded.loss)
    return [
      incident.name, `  ${incident.happened}`,
      `  without ${bar(without.loss, largest)} ${money(without.loss)}   ${without.sent} orders`,
      `  with    ${bar(guarded.loss, largest)} ${money(guarded.loss)}   ${guarded.sent} orders; ${refusedBy(guarded)}`,
    ].join('\n')
  }).join('\n\n')
}

const PANEL = { width: 420, height: 200, left: 16, top: 56, bottom: 40 }

function line(points: readonly Point[], largest: number, last: number): string {
  const width = PANEL.width - 2 * PANEL.left
  const height = PANEL.height - PANEL.top - PANEL.bottom
  const place = ({ second, loss }: Point): string => {
    const x = PANEL.left + (last === 0 ? 0 : (second / last) * width)
    const y = PANEL.top + (largest <= 0 ? 0 : Math.min(1, Math.max(0, loss / largest)) * height)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  }
  return [{ second: 0, loss: 0 }, ...points].map(place).join(' ')
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function panel({ incident, without, with: guarded }: Outcome, index: number): string {
  const largest = Math.max(...[...without.points, ...guarded.points].map(({ loss }) => loss))
  const last = Math.max(...[...without.points, ...guarded.points].map(({ second }) => second))
  const x = (index % 2) * PANEL.width
  const y = Math.floor(index / 2) * PANEL.height
  const base = PANEL.height - 16
  return `<g transform="translate(${x},${y})">
<text x="${PANEL.left}" y="24" class="name">${escape(incident.name)}</text>
<text x="${PANEL.left}" y="42" class="note">loss over ${Math.round(last / 60)} minutes, downwards</text>
<line x1="${PANEL.left}" y1="${PANEL.top}" x2="${PANEL.width - PANEL.left}" y2="${PANEL.top}" class="zero"/>
<polyline points="${line(without.points, largest, last)}" class="without"/>
<polyline points="${line(guarded.points, largest, last)}" class="with"/>
<text x="${PANEL.left}" y="${base}" class="without-text">without: ${money(without.loss)}, ${without.sent} orders</text>
<text x="${PANEL.width - PANEL.left}" y="${base}" text-anchor="end" class="with-text">with Sluice: ${money(guarded.loss)}, ${guarded.sent} orders</text>
</g>`
}

/** The losses over time, two lines for each incident. The same incidents always give the same picture. */
export function toSvg(outcomes: readonly Outcome[]): string {
  const width = 2 * PANEL.width
  const height = Math.ceil(outcomes.length / 2) * PANEL.height
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="Losses with and without Sluice">
<style>
.name { font-size: 14px; font-weight: 600; fill: #1c2733 } .note { font-size: 11px; fill: #5a6b7b }
.zero { stroke: #c9d3dc } polyline { fill: none; stroke-width: 2 } .without { stroke: #c2410c } .with { stroke: #0f766e }
.without-text { font-size: 12px; fill: #c2410c } .with-text { font-size: 12px; fill: #0f766e }
</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${outcomes.map(panel).join('\n')}
</svg>
`
}
