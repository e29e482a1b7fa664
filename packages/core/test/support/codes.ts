import type { ApprovalProvider } from '../../src/approval/approval-provider.ts'

/** One-time codes of the form `zqcanary-code-7`, canaries that must appear nowhere: right for everybody, each once, and none after a later one. */
export function plainCodes(): ApprovalProvider {
  return {
    name: 'plain',
    verify: ({ actor, code }) => {
      const step = /^zqcanary-code-(\d+)$/.exec(code)?.[1]
      return step === undefined ? { valid: false } : { valid: true, counter: `plain:${actor}`, step: Number(step) }
    },
  }
}
