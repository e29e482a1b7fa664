import { expect, it } from 'vitest'
import { defineGuard, allow } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { EventOf, StoredEvent } from '../../src/order/event.ts'
import { openDesk } from '../support/open-service.ts'
import { createWorld } from '../support/world.ts'

async function limitsIn(journal: Journal): Promise<EventOf<'limits_changed'>[]> {
  const all: StoredEvent[] = []
  for await (const event of journal.read('*', 1)) all.push(event)
  return all.filter((event) => event.type === 'limits_changed')
}

it('E2: the limits are journaled before the first decision, and again only when a start finds others', async () => {
  const world = createWorld()
  for (const quantity of ['10', '10', '20']) {
    const { service } = await world.start({ guards: [maxPosition({ quantity })] })
    await world.until(service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'day' }))
    await service.close()
  }
  const found = await limitsIn(world.journal)
  expect(found.map(({ data }) => [data.version, data.memory, data.guards.at(-1)])).toEqual([
    [1, 'rebuilt', { name: 'max-position', options: { quantity: '10' } }], [2, 'rebuilt', { name: 'max-position', options: { quantity: '20' } }],
  ])
  const history = await world.history()
  expect(found[0]?.data.after).toEqual({ main: 0 })
  expect(found[1]?.data.after['main']).toBeLessThan(history.length)
  const versions = history.flatMap((event) => (event.type === 'order_pending_new' ? [event.data.evaluation.limits] : []))
  expect(versions).toEqual([1, 1, 2])
})

it('E2: options that are no JSON end the start', async () => {
  const odd = defineGuard({ name: 'odd', options: { most: 5n }, check: () => allow })
  await expect(createWorld().start({ guards: [odd] })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('guard odd') as string })
})

it('E2: what a guard prepared is in the record as it saw it, and facts that are no JSON deny', async () => {
  let prepared: unknown = { score: 3, at: undefined }
  const seen: unknown[] = []
  const guard = defineGuard<null, undefined, unknown>({ name: 'score', options: null, prepare: async () => prepared, check: (_, { facts }) => { seen.push(facts); return allow } })
  const desk = await openDesk({ guards: [guard] })
  await desk.place()
  prepared = { score: 3n }
  const denied = await desk.place()
  expect(seen).toEqual([{ score: 3 }])
  expect(denied.value).toMatchObject({ status: 'denied', denial: { code: 'INPUT_MISSING' } })
  const inputs = desk.events.flatMap((event) => ('evaluation' in event.data && event.data.evaluation !== undefined ? [event.data.evaluation.inputs['facts:score']] : []))
  expect(inputs).toEqual([{ value: { score: 3 } }, { failed: expect.stringContaining('score') as string }])
})

it('E2: a permit that the guards refuse leaves their decision in the journal', async () => {
  const desk = await openDesk()
  const placed = await desk.place()
  await desk.service.killSwitch.engage({ scope: 'symbol:AAPL', level: 'no_new', reason: 'test' })
  const { command, answer } = desk.lastSubmit()
  expect(command.permit()).toBe(false)
  answer({ kind: 'not_sent', reason: 'no permit', retryable: true })
  await desk.settle()
  expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
  const denied = desk.events.find((event) => event.type === 'order_denied')
  expect(denied?.data).toMatchObject({ evaluation: { killEpoch: 1, inputs: { kill: { scope: 'symbol:AAPL' } } } })
  expect(denied?.type === 'order_denied' && denied.data.evaluation?.decisions.filter(({ verdict }) => verdict === 'reject').map(({ guard }) => guard)).toEqual(['kill-switch'])
})
