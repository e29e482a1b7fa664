import type { StoredEvent } from '../order/event.ts'

/** A fill that a journal records once. */
export interface RecordedFill {
  readonly broker: string
  readonly execution: string
  readonly sequence: number
}

/** The reported fills of an event. What was inferred has no id of the broker's and may come again. */
export function recordedFills({ type, sequence, data }: StoredEvent): readonly RecordedFill[] {
  if ((type !== 'order_filled' && type !== 'order_partially_filled') || data.execution.inferred === true) return []
  return [{ broker: data.execution.broker, execution: data.execution.executionId, sequence }]
}
