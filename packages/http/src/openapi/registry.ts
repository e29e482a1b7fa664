import { z } from 'zod'

/** Schemas that have a name of their own in the document. */
export const components: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>()

/** Gives a schema its name in the document. */
export function component<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id })
  return schema
}

/** Marks a field that may be absent, but never null or undefined. */
export function maybe<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return z.exactOptional(schema)
}
