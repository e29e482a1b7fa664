/** Alpaca's answer to a request that it does not carry out. */
export class FakeRefusal extends Error {
  override readonly name = 'FakeRefusal'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, code: number, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.body = { code, message, ...fields }
  }
}

export const notFound = (message: string): FakeRefusal => new FakeRefusal(404, 40410000, message)
export const badRequest = (message: string): FakeRefusal => new FakeRefusal(422, 40010001, message)
export const unprocessable = (message: string, fields?: Readonly<Record<string, unknown>>): FakeRefusal => new FakeRefusal(422, 42210000, message, fields)
export const forbidden = (message: string, fields?: Readonly<Record<string, unknown>>): FakeRefusal => new FakeRefusal(403, 40310000, message, fields)
