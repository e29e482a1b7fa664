export type { AcceptorOrder } from './acceptor-book.ts'
export { type FixAcceptor, type FixAcceptorFault, type FixAcceptorOptions, startFixAcceptor } from './fix-acceptor.ts'
