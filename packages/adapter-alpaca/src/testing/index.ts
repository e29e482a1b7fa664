export {
  type FakeAccountLevers, type FakeAlpaca, type FakeAlpacaOptions, type FakeMarket, type FakeOracle, type FakeOrderView, startFakeAlpaca,
} from './fake-alpaca.ts'
export type { FakeAsset, FakeAssetOptions } from './fake-asset.ts'
export type { FaultBook, FaultedRequest, HttpFault, HttpFaultKind } from './fake-faults.ts'
export type { FakeExchangeRecord } from './fake-http.ts'
export type { FakeExecution } from './fake-ledger.ts'
export type { FakeQuotes, QuoteFault } from './fake-market-stream.ts'
export type { ConnectFault, FakeStream, FrameFault } from './fake-stream.ts'
