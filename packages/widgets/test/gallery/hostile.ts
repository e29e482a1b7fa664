/** What a broker, a strategy or a person may write into any text. */
const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title=\'owned\'</script><svg onload=alert(1)>{{1+1}}\u202E'

const texts = new Set(['message', 'detail', 'reason', 'actor', 'strategy', 'guard', 'code', 'prevents', 'symbol', 'broker', 'executionId', 'account', 'limit'])

function poisoned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return texts.has(key) && value !== 'main' && value !== '*' ? `${value} ${HOSTILE}` : value
  if (Array.isArray(value)) return value.map((entry) => poisoned(entry, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, poisoned(entry, name)]))
}

/** From here on every text that comes from a server is hostile. */
export function poison(): void {
  const { json } = Response.prototype
  Response.prototype.json = async function poisonedJson(this: Response): Promise<unknown> {
    return poisoned(await json.call(this))
  }
  const parse = JSON.parse.bind(JSON)
  JSON.parse = (text: string) => poisoned(parse(text)) as never
}

/** Elements that only a text that was taken for HTML can have made. */
export function intruders(root: Document | ShadowRoot = document): string[] {
  const found = [...root.querySelectorAll('img, script:not([src]), iframe, object, embed, [onload], [onerror]')].map(({ outerHTML }) => outerHTML.slice(0, 120))
  for (const element of root.querySelectorAll('*')) if (element.shadowRoot !== null) found.push(...intruders(element.shadowRoot))
  return found
}
