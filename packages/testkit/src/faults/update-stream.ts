import type { BrokerUpdate } from '@sluice/core'
import type { Hub } from './hub.ts'

/** The broker's updates on their way to one process: in order and once each, unless a fault says otherwise. */
export interface UpdateStream {
  open(): void
  tell(update: BrokerUpdate): void
  /** Cuts the stream and mends it later; false when it is cut already. */
  disconnect(): boolean
  /** Updates are being lost. */
  isBroken(): boolean
  close(): void
}

export function createUpdateStream(hub: Hub, number: number, deliver: (update: BrokerUpdate) => Promise<void> | undefined): UpdateStream {
  const { clock, faults, noise, observe } = hub
  let isOpen = false
  let broken = false
  let sent = 0
  let breaks = 0
  /** When the update before arrives at the latest: none overtakes it. */
  let last = 0
  let held: BrokerUpdate | undefined

  const hand = (update: BrokerUpdate): void => {
    if (!isOpen) return
    if (update.kind === 'connection') observe({ kind: 'connection', line: number, state: update.state })
    // What the service cannot take in it refuses; the broker hears nothing of that.
    deliver(update)?.catch(() => undefined)
  }
  const send = (update: BrokerUpdate, extra = 0): void => {
    sent += 1
    last = Math.max(last, clock.monotonic() + hub.travel(`${number} update ${sent}`) + extra)
    clock.setTimer(() => { hand(update) }, last - clock.monotonic())
  }
  const mend = (noticed: number, outage: number): void => {
    broken = true
    breaks += 1
    clock.setTimer(() => { send({ kind: 'connection', state: 'gap', reason: 'the stream was interrupted' }) }, noticed)
    clock.setTimer(() => {
      broken = false
      send({ kind: 'connection', state: 'ready' })
    }, noticed + outage)
  }

  return {
    isBroken: () => broken,
    open: () => {
      isOpen = true
      send({ kind: 'connection', state: 'ready' })
    },
    close: () => { isOpen = false },
    disconnect: () => {
      if (!isOpen || broken) return false
      mend(noise(`${number} notice ${breaks}`, 0, 300), noise(`${number} outage ${breaks}`, 50, 2500))
      return true
    },
    tell: (update) => {
      if (!isOpen || broken) return
      if (faults.take('drop_update')) {
        observe({ kind: 'fault', fault: 'drop_update', detail: update.kind })
        mend(noise(`${number} notice ${breaks}`, 20, 200), noise(`${number} outage ${breaks}`, 20, 300))
        return
      }
      if (held === undefined && faults.take('reorder_updates')) {
        held = update
        // Nobody waits for ever for the one behind it.
        clock.setTimer(() => { if (held === update) { held = undefined; send(update) } }, 1000)
        return
      }
      if (faults.take('delay_updates')) send(update, noise(`${number} delay ${sent}`, 50, 1500))
      else send(update)
      if (faults.take('duplicate_update')) send(update)
      if (held !== undefined) {
        const before = held
        held = undefined
        send(before)
      }
    },
  }
}
