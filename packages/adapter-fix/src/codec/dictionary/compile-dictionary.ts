import type { FieldDefinition, FieldType, GroupDefinition, MessageDefinition } from './dictionary.ts'

/** Fields by tag from lines of the form `54 Side char 1 2 3`; later lines replace earlier ones. */
export function compileFields(...tables: readonly string[]): Map<number, FieldDefinition> {
  const fields = new Map<number, FieldDefinition>()
  for (const line of tables.flatMap((table) => table.split('\n')).map((text) => text.trim()).filter((text) => text !== '')) {
    const [tag = '', name = '', type = 'string', ...values] = line.split(/\s+/)
    const definition = { tag: Number(tag), name, type: type as FieldType, values: values.length === 0 ? undefined : new Set(values) }
    if (!(definition.tag > 0) || name === '') throw new RangeError(`not a field: ${line}`)
    fields.set(definition.tag, definition)
  }
  return fields
}

interface Entry {
  readonly tag: number
  readonly required: boolean
  readonly members: Entry[] | undefined
}

/** Puts the blocks in and splits what is left at spaces and brackets. */
function tokensOf(text: string, components: Readonly<Record<string, string>>): string[] {
  const expanded = text.replace(/@(\w+)(~?)/g, (_, name: string, optional: string) => {
    const block = components[name] ?? ''
    const inside = tokensOf(block, components).join(' ')
    return optional === '' ? inside : inside.replace(/^(\d+)!/, '$1')
  })
  return expanded.match(/\d+!?|[()]/g) ?? []
}

function parseEntries(tokens: readonly string[], from: { at: number }): Entry[] {
  const entries: Entry[] = []
  for (let token = tokens[from.at]; token !== undefined && token !== ')'; token = tokens[from.at]) {
    from.at += 1
    let members: Entry[] | undefined
    if (tokens[from.at] === '(') {
      from.at += 1
      members = parseEntries(tokens, from)
      from.at += 1
    }
    entries.push({ tag: Number.parseInt(token, 10), required: token.endsWith('!'), members })
  }
  return entries
}

function groupsOf(entries: readonly Entry[]): Map<number, GroupDefinition> {
  return new Map(entries.flatMap(({ tag, members }) => (members === undefined ? [] : [[tag, groupOf(tag, members)] as const])))
}

function groupOf(countTag: number, members: readonly Entry[]): GroupDefinition {
  return {
    countTag,
    delimiter: members[0]?.tag ?? 0,
    places: new Map(members.map(({ tag }, place) => [tag, place])),
    required: members.filter(({ required }) => required).map(({ tag }) => tag),
    groups: groupsOf(members),
  }
}

/** Messages by type from lines of the form `D NewOrderSingle 11! 78(79! 80) @Instrument`. */
export function compileMessages(text: string, components: Readonly<Record<string, string>> = {}): Map<string, MessageDefinition> {
  const messages = new Map<string, MessageDefinition>()
  for (const line of text.split('\n').map((part) => part.trim()).filter((part) => part !== '')) {
    const [type = '', name = ''] = line.split(/\s+/, 2)
    const entries = parseEntries(tokensOf(line.slice(line.indexOf(name, type.length) + name.length), components), { at: 0 })
    const known = messages.get(type)
    const added: MessageDefinition = {
      type,
      name,
      fields: new Set(entries.map(({ tag }) => tag)),
      required: entries.filter(({ required }) => required).map(({ tag }) => tag),
      groups: groupsOf(entries),
    }
    messages.set(type, known === undefined ? added : mergeMessages(known, added))
  }
  return messages
}

/** A message with the fields of both. */
export function mergeMessages(known: MessageDefinition, added: MessageDefinition): MessageDefinition {
  return {
    ...known,
    fields: new Set([...known.fields, ...added.fields]),
    required: [...known.required, ...added.required],
    groups: new Map([...known.groups, ...added.groups]),
  }
}
