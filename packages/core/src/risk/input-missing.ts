/**
 * Thrown by a `RiskView` when a guard asks for something that is absent or too old. It never reaches callers: the pipeline turns
 * it into a denial with code `INPUT_MISSING`, unless the order provably reduces a position.
 */
export class InputMissing extends Error {
  override readonly name = 'InputMissing'
  /** What was missing, for example `mark:AAPL`. */
  readonly input: string

  constructor(input: string, message: string) {
    super(message)
    this.input = input
  }
}
