import { badRequest } from './fake-refusal.ts'

/** Every kind of activity that Alpaca describes. */
const TYPES: ReadonlySet<string> = new Set([
  'FILL', 'TRANS', 'MISC', 'ACATC', 'ACATS', 'CFEE', 'CGD', 'CSD', 'CSW', 'DIV', 'DIVCGL', 'DIVCGS', 'DIVFEE', 'DIVFT', 'DIVNRA', 'DIVROC', 'DIVTW', 'DIVTXEX', 'FEE', 'INT', 'INTNRA',
  'INTTW', 'JNL', 'JNLC', 'JNLS', 'MA', 'NC', 'OPASN', 'OPCA', 'OPCSH', 'OPEXC', 'OPEXP', 'OPTRD', 'PTC', 'PTR', 'REORG', 'SPIN', 'SPLIT', 'FOPT',
])
/** Kinds that stand for several. */
const GROUPS: Readonly<Record<string, (type: string) => boolean>> = {
  TRANS: (type) => type === 'CSD' || type === 'CSW', DIV: (type) => type.startsWith('DIV'), JNL: (type) => type.startsWith('JNL'),
  MISC: (type) => type !== 'FILL' && type !== 'CSD' && type !== 'CSW' && !type.startsWith('DIV'),
}

/** Something that happened to the account and was no trade: a dividend, a fee, money that came or went. */
export interface FakeActivityOptions {
  /** For example `DIV`, `CSD`, `CFEE`, `OPEXP`. */
  readonly type: string
  /** What it brought, negative for what it took. Default `'0'`. */
  readonly netAmount?: string
  readonly symbol?: string
  readonly quantity?: string
  readonly perShare?: string
  readonly subType?: string
}

/** One entry of `/v2/account/activities`, with what it is sorted and filtered by. */
export interface FakeActivity {
  readonly id: string
  readonly type: string
  readonly time: string
  readonly wire: Readonly<Record<string, unknown>>
}

export interface ActivityQuery {
  /** Kinds asked for; undefined for all. */
  readonly types?: readonly string[] | undefined
  readonly category?: string | undefined
  /** A day: `2026-01-05`. */
  readonly date?: string | undefined
  readonly after?: string | undefined
  readonly until?: string | undefined
  readonly direction?: string | undefined
  readonly pageToken?: string | undefined
  readonly pageSize: number
}

/** `2026-01-05T14:30:00.123…` as ids of activities write it: `20260105143000123`. */
export function compactTime(stamp: string): string {
  return stamp.replaceAll(/[-:T]/g, '').replace('.', '').slice(0, 17)
}

export function makeActivity({ netAmount = '0', perShare, quantity, subType, symbol, type }: FakeActivityOptions, time: string, id: string): FakeActivity {
  if (!TYPES.has(type) || type === 'FILL' || type in GROUPS && type !== 'DIV') throw new RangeError(`${type} is no kind of activity that can be added`)
  const activityId = `${compactTime(time)}::${id}`
  return {
    id: activityId, type, time, wire: {
      id: activityId, activity_type: type, date: time, created_at: time, net_amount: netAmount, status: 'executed', currency: 'USD',
      ...(subType !== undefined && { activity_sub_type: subType }), ...(symbol !== undefined && { symbol }), ...(quantity !== undefined && { qty: quantity }),
      ...(perShare !== undefined && { per_share_amount: perShare }),
    },
  }
}

/** One page. @throws FakeRefusal */
export function selectActivities(all: readonly FakeActivity[], query: ActivityQuery): Readonly<Record<string, unknown>>[] {
  const { after, category, date, direction = 'desc', pageSize, pageToken, types, until } = query
  const unknown = types?.find((type) => !TYPES.has(type))
  if (unknown !== undefined) throw badRequest(`invalid activity_type: ${unknown}`)
  if (types !== undefined && category !== undefined) throw badRequest('category cannot be used with activity_types')
  const wanted = (type: string): boolean => types === undefined || types.some((asked) => asked === type || (GROUPS[asked]?.(type) ?? false))
  const inside = all.filter(({ time, type }) => wanted(type) && (category === undefined || (type === 'FILL') === (category === 'trade_activity'))
    && (date === undefined || time.startsWith(date)) && (after === undefined || time > after) && (until === undefined || time < until))
  const sorted = direction === 'asc' ? inside : inside.toReversed()
  const start = pageToken === undefined ? 0 : sorted.findIndex(({ id }) => id === pageToken) + 1
  return sorted.slice(start, start + pageSize).map(({ wire }) => wire)
}
