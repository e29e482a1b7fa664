import type { StoredEvent } from '@sluice/core'
import { z } from 'zod'
import { component } from '../registry.ts'
import { text, time } from './values.ts'

/** A durable fact. Types and data grow with the versions of the service: readers must bear what they do not know. */
export const storedEvent: z.ZodType<StoredEvent> = component('StoredEvent', z.object({
  id: text.describe('account:sequence'),
  account: text,
  sequence: z.int().min(1).describe('Starts at 1 and has no gaps'),
  time,
  type: z.string().regex(/^[a-z_]+$/).describe('For example order_accepted or order_filled: a member of EventData in @sluice/core'),
  data: z.looseObject({}).describe('By type; decisions carry every value the guards read'),
})) as unknown as z.ZodType<StoredEvent>
