export { type AlpacaBroker, alpacaBroker } from './alpaca-broker.ts'
export type { AlpacaBrokerOptions } from './options.ts'
export { nodeTransport, type NodeTransportOptions } from './rest/node-transport.ts'
export { type AlpacaTransport, TransportError, type TransportErrorCode, type TransportRequest } from './rest/transport.ts'
