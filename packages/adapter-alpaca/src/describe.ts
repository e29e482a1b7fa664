/** What an error says, for a reason that people read: name or code and message, never headers, bodies or credentials. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { readonly code?: unknown }
  const text = error.message === '' ? error.name : error.message
  return typeof code === 'string' && !text.includes(code) ? `${code} ${text}` : text
}
