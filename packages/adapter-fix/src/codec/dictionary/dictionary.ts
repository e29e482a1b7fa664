/** The data types of the specification, with those that read alike taken together. */
export type FieldType =
  | 'string' | 'char' | 'boolean' | 'int' | 'length' | 'seqnum' | 'numingroup' | 'decimal' | 'data' | 'timestamp' | 'date' | 'time'
  | 'monthyear' | 'dayofmonth' | 'currency' | 'country' | 'multichar' | 'multistring' | 'tztimestamp'

export interface FieldDefinition {
  readonly tag: number
  readonly name: string
  readonly type: FieldType
  /** The values that the specification lists; undefined where any value of the type will do. */
  readonly values: ReadonlySet<string> | undefined
}

/** A repeating group: its count field, then entries that each begin with the delimiter. */
export interface GroupDefinition {
  readonly countTag: number
  readonly delimiter: number
  /** The place of each member in an entry; entries keep this order. */
  readonly places: ReadonlyMap<number, number>
  readonly required: readonly number[]
  readonly groups: ReadonlyMap<number, GroupDefinition>
}

export interface MessageDefinition {
  readonly type: string
  readonly name: string
  readonly fields: ReadonlySet<number>
  readonly required: readonly number[]
  readonly groups: ReadonlyMap<number, GroupDefinition>
}

/** Everything that decoding and validation need to know about one version of FIX. */
export interface Dictionary {
  readonly version: FixVersion
  /** Field 8: `FIXT.1.1` for 5.0SP2. */
  readonly beginString: string
  /** ApplVerID 1128 and 1137 of the version; undefined before FIXT. */
  readonly applicationVersion: string | undefined
  readonly fields: ReadonlyMap<number, FieldDefinition>
  readonly header: MessageDefinition
  readonly trailer: MessageDefinition
  readonly messages: ReadonlyMap<string, MessageDefinition>
  /** Whether the specification has such a message at all, defined here or not. */
  hasMessageType(type: string): boolean
  /** Whether the specification has such a field at all, defined here or not. */
  hasTag(tag: number): boolean
  /** The data field whose length this field gives; 0 when it gives none. */
  dataTagOf(lengthTag: number): number
}

export type FixVersion = '4.2' | '4.4' | '5.0SP2'

/** What a user adds to a dictionary: bilaterally agreed fields and messages. */
export interface DictionaryExtension {
  /** Lines of the form `5001 DeskCode string`, with the allowed values, if any, after the type. Default none. */
  readonly fields?: string
  /** Lines of the form `D NewOrderSingle 5001 5002! 5010(5011! 5012)`; fields join those a known type already has. Default none. */
  readonly messages?: string
}
