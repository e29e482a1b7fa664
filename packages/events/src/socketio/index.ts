export { socketIoSink, type SocketIoSink, type SocketIoSinkOptions } from './socket-io-sink.ts'
export type { AuthenticateSocket, RefusalCode, SocketHandshake, SocketPrincipal } from './socket-principal.ts'
export type { AccountHead, Batch, Hello } from './protocol.ts'
