import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/run-program.ts'
import { toSvg, toText } from './chart.ts'
import { type Outcome, replay } from './incident.ts'
import { incidents } from './incidents.ts'

const outcomes: Outcome[] = []
beforeAll(async () => { for (const incident of incidents) outcomes.push(await replay(incident)) })
const find = (name: string): Outcome => outcomes.find(({ incident }) => incident.name.includes(name)) as Outcome

describe('an incident, straight to the broker and through Sluice', () => {
  it.each([['Knight', 500, 'POSITION_LIMIT_EXCEEDED'], ['Citigroup', 1000, 'ORDER_VALUE_EXCEEDED'], ['Three alerts', 2.5, 'POSITION_LIMIT_EXCEEDED']] as const)('%s loses at least %s times less and is stopped by %s', (name, times, code) => {
    const { without, with: guarded } = find(name)
    expect(without.loss).toBeGreaterThan(0)
    expect(without.loss).toBeGreaterThanOrEqual(times * guarded.loss)
    expect([...guarded.denials.keys()]).toEqual([code])
    expect(guarded.sent).toBeLessThan(without.sent)
  })

  it('the time-out is sent once for each signal, and loses half', () => {
    const { without, with: guarded } = find('time-out')
    expect(guarded.sent).toBe(20)
    expect(without.sent).toBeGreaterThan(35)
    expect(without.loss).toBeGreaterThan(1.9 * guarded.loss)
  })

  it('is drawn for a terminal, and as the picture in the documentation', () => {
    const text = toText(outcomes)
    for (const { name } of incidents) expect(text).toContain(name)
    expect(toSvg(outcomes)).toBe(readFileSync(join(import.meta.dirname, '../../docs/images/incidents.svg'), 'utf8'))
  })

  it('runs as a program', async () => {
    const { code, output } = await runProgram(join(import.meta.dirname, 'main.ts'))
    expect(code, output).toBe(0)
    expect(output).toContain('POSITION_LIMIT_EXCEEDED')
  })
})
