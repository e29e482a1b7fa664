/** One thing that tests need from the system. A file in scripts/system/ exports it as `part`. */
export interface SystemPart {
  readonly name: string
  /** What is lost without it, as a clause. */
  readonly why: string
  readonly debianPackages: readonly string[]
  /** Cheap, synchronous, without side effects: it runs before every test run. */
  present(): boolean
}
