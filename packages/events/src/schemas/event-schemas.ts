import type { EventData, EventType } from '@sluice/core'
import type { z } from 'zod'
import { accountEvents } from './account-events.ts'
import { orderEvents } from './order-events.ts'

/** The data of every event, by type. Strict: for tests and documents. Readers must bear what they do not know: types and fields grow. */
export const eventSchemas: { readonly [Type in EventType]: z.ZodType<EventData[Type]> } = { ...orderEvents, ...accountEvents }
