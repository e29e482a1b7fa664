export { type ConformanceCase, type DeclaredSkip, NotApplicable } from './conformance-case.ts'

export { brokerCases } from './broker/broker-cases.ts'
export type { BrokerFault, BrokerHarness, BrokerHarnessContext, BrokerMarket, TermsHint, TradedOrder } from './broker/broker-harness.ts'
export type { Pace } from './broker/broker-pace.ts'
export { type BrokerSession, openBrokerSession } from './broker/broker-session.ts'
export { testBrokerAdapter, type TestBrokerAdapterOptions } from './broker/test-broker-adapter.ts'

export { journalCases } from './journal/journal-cases.ts'
export type { JournalHarness } from './journal/journal-harness.ts'
export { testJournal, type TestJournalOptions } from './journal/test-journal.ts'

export { sinkCases } from './sink/sink-cases.ts'
export type { DeliveredItem, SinkHarness, SinkUnderTest } from './sink/sink-harness.ts'
export { openSinkSession, type SinkSession } from './sink/sink-session.ts'
export { testSink, type TestSinkOptions } from './sink/test-sink.ts'
