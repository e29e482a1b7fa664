import { compileFields, compileMessages, mergeMessages } from './compile-dictionary.ts'
import { COMPONENT_FIELDS, COMPONENTS_44, COMPONENTS_50 } from './components.ts'
import type { Dictionary, DictionaryExtension, FieldDefinition, FixVersion, MessageDefinition } from './dictionary.ts'
import { isMessageType } from './message-types.ts'
import { MESSAGES_42 } from './messages-42.ts'
import { MESSAGES_44 } from './messages-44.ts'
import { MESSAGES_50 } from './messages-50.ts'
import { ORDER_FIELDS_42 } from './order-fields-42.ts'
import { ORDER_FIELDS_44, ORDER_FIELDS_50 } from './order-fields-44.ts'
import { SESSION_FIELDS } from './session-fields.ts'

interface Source {
  readonly beginString: string
  readonly applicationVersion: string | undefined
  /** The specification's last tag. */
  readonly lastTag: number
  readonly fields: readonly string[]
  readonly messages: string
  readonly components: Readonly<Record<string, string>>
}

const SOURCES: Readonly<Record<FixVersion, Source>> = {
  '4.2': {
    beginString: 'FIX.4.2', applicationVersion: undefined, lastTag: 446,
    fields: [SESSION_FIELDS, COMPONENT_FIELDS, ORDER_FIELDS_42, '373 SessionRejectReason int 0 1 2 3 4 5 6 7 8 9 10 11', '380 BusinessRejectReason int 0 1 2 3 4 5'],
    messages: MESSAGES_42, components: {},
  },
  '4.4': {
    beginString: 'FIX.4.4', applicationVersion: undefined, lastTag: 956,
    fields: [SESSION_FIELDS, COMPONENT_FIELDS, ORDER_FIELDS_42, ORDER_FIELDS_44, '567 TradSesStatusRejReason int 1 99'],
    messages: MESSAGES_44, components: COMPONENTS_44,
  },
  '5.0SP2': {
    beginString: 'FIXT.1.1', applicationVersion: '9', lastTag: 1621,
    fields: [SESSION_FIELDS, COMPONENT_FIELDS, ORDER_FIELDS_42, ORDER_FIELDS_44, ORDER_FIELDS_50, '567 TradSesStatusRejReason int 1 99'],
    messages: MESSAGES_50, components: COMPONENTS_50,
  },
}

/** What the specification says of fields is kept only as far as the version has them. */
function dataTagsOf(fields: ReadonlyMap<number, FieldDefinition>): Map<number, number> {
  const pairs = new Map<number, number>()
  for (const { tag, type } of fields.values()) {
    // A length comes right before its data, or, for signatures, has a tag of its own.
    if (type === 'length' && fields.get(tag + 1)?.type === 'data') pairs.set(tag, tag + 1)
  }
  return pairs.set(93, 89)
}

const EMPTY: MessageDefinition = { type: '', name: '', fields: new Set(), required: [], groups: new Map() }

/** The tables of a version, with what was agreed with the counterparty beyond it. */
export function createDictionary(version: FixVersion, extension: DictionaryExtension = {}): Dictionary {
  const source = SOURCES[version]
  const standard = [...compileFields(...source.fields)].filter(([tag]) => tag <= source.lastTag)
  const fields = new Map([...standard, ...compileFields(extension.fields ?? '')])
  const messages = compileMessages(source.messages, source.components)
  const [header = EMPTY, trailer = EMPTY] = [messages.get('header'), messages.get('trailer')]
  messages.delete('header')
  messages.delete('trailer')
  for (const [type, added] of compileMessages(extension.messages ?? '', source.components)) {
    const known = messages.get(type)
    messages.set(type, known === undefined ? added : mergeMessages(known, added))
  }
  const dataTags = dataTagsOf(fields)
  return {
    version, beginString: source.beginString, applicationVersion: source.applicationVersion, fields, header, trailer, messages,
    hasMessageType: (type) => messages.has(type) || isMessageType(version, type),
    hasTag: (tag) => fields.has(tag) || (tag >= 1 && tag <= source.lastTag),
    dataTagOf: (lengthTag) => dataTags.get(lengthTag) ?? 0,
  }
}
