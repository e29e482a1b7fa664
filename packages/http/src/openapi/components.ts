const text = { type: 'string' } as const
const header = (description: string, schema: object = text): object => ({ description, schema })
const parameter = (name: string, description: string, required: boolean, schema: object = text, where = 'header'): object =>
  ({ name, in: where, required, description, schema })

/** Parameters that are no member of a query. */
export const parameters: Readonly<Record<string, object>> = {
  OrderId: parameter('id', 'The id of an order', true, text, 'path'),
  'Idempotency-Key': parameter('Idempotency-Key', 'A value of your own, new for each order and the same for each retry of it; may be left out where the body has it', false, { type: 'string', pattern: '^(?:[!-~]{1,128}|"[ -~]{1,200}")$' }),
  'If-Match': parameter('If-Match', 'The ETag that was read, or * for whatever stands', true),
  'Last-Event-ID': parameter('Last-Event-ID', 'The id of the last event seen', false),
}

/** Headers of answers. */
export const responseHeaders: Readonly<Record<string, object>> = {
  ETag: header('The version of the order', { type: 'string', pattern: '^"v\\d+"$' }),
  Location: header('The address of the order'),
  Link: header('The next page: <address>; rel="next"'),
  'Idempotency-Replayed': header('true: the key was used before, and this is the order it stands for', { type: 'string', const: 'true' }),
  'As-Of': header('No order of the key was taken before this instant beside those in the list; with idempotencyKey only', { type: 'string', format: 'date-time' }),
  'Retry-After': header('Seconds', { type: 'string', pattern: '^[1-9]\\d*$' }),
  'WWW-Authenticate': header('How to say who you are'),
  RateLimit: header('What is left: r requests, full again in t seconds'),
  'RateLimit-Policy': header('The limit: q requests in w seconds'),
}

/** How the host may let clients say who they are; which of them it takes is its own choice. */
export const securitySchemes: Readonly<Record<string, object>> = {
  bearer: { type: 'http', scheme: 'bearer' },
  signature: { type: 'apiKey', in: 'header', name: 'X-Signature', description: 'HMAC-SHA256 over method, address, time, nonce and body' },
  session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'A cookie of the host; only from pages of allowed origins' },
}
