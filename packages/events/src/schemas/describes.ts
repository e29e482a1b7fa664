import { z } from 'zod'

/** Schemas that have a name of their own in the document. */
export const components: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>()

/** What `Data` has and the output of a schema does not. */
type Missing<Data, Schema extends z.ZodType> = Exclude<keyof Data, keyof z.output<Schema>>

/**
 * Binds a schema to a type of core. It does not compile when the two differ in a field, also in one that may be absent: whoever
 * changes an event changes what is said of it.
 */
export function describes<Data>(id?: string): <Schema extends z.ZodType<Data>>(schema: Schema & ([Missing<Data, Schema>] extends [never] ? unknown : never)) => z.ZodType<Data> {
  return (schema) => {
    if (id !== undefined) components.add(schema, { id })
    return schema
  }
}

/** Marks a field that may be absent, but never null or undefined. */
export function maybe<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return z.exactOptional(schema)
}
