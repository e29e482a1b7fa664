import { join } from 'node:path'
import { createAsyncApi } from '@sluice/events'

/** The document that is published with the package. */
export const asyncApiFile: string = join(import.meta.dirname, '../../asyncapi.generated.json')

export const asyncApiText = (): string => `${JSON.stringify(createAsyncApi(), undefined, 2)}\n`
