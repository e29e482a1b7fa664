// Sources of orders besides an endpoint. Each is left out of a bundle that does not name it.
export { clientFeed as fromClient } from './feed/client-feed.ts'
export { fromService, type ServiceLike } from './feed/service-client.ts'
export { fromSocketIo, type SocketIoFeedOptions, type SocketLike } from './feed/socket-io-feed.ts'
export { type EventTargetFeedOptions, fromEvents } from './feed/event-target-feed.ts'
