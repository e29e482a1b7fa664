import type { ApprovalProvider } from '../../src/approval/approval-provider.ts'

/** One-time codes of the form `code-7`: right for everybody, each once, and none after a later one. */
export function plainCodes(): ApprovalProvider {
  return {
    name: 'plain',
    verify: ({ actor, code }) => {
      const step = /^code-(\d+)$/.exec(code)?.[1]
      return step === undefined ? { valid: false } : { valid: true, counter: `plain:${actor}`, step: Number(step) }
    },
  }
}
