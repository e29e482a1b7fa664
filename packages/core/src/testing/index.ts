export {
  type ApprovedOrderOverrides, type ApprovedReplacementOverrides, type ContextOverrides, makeApprovedOrder, makeApprovedReplacement, makeCancel,
  makeContext, makeRequest, makeTerms, type RequestOverrides,
} from './makers.ts'
export { seededIds } from './seeded-ids.ts'
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.ts'
export { createGuardHarness, type Decided, EVERYTHING, type GuardHarness, type GuardHarnessOptions } from './guard-harness.ts'
