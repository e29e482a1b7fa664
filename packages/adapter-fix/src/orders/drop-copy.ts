import type { Clock, Logger } from '@sluice/core'
import { createDictionary } from '../codec/dictionary/create-dictionary.ts'
import type { FixVersion } from '../codec/dictionary/dictionary.ts'
import type { MessageView } from '../codec/message-view.ts'
import { createFixConnection, type FixConnection } from '../transport/fix-connection.ts'
import type { DropCopyOptions } from './fix-broker-options.ts'

export interface DropCopyContext {
  readonly clock: Clock
  readonly logger: Logger
  /** Resolves when what the copy says is durable. */
  readonly receive: (version: FixVersion, message: MessageView) => Promise<void>
}

/** How soon a first attempt that failed is followed by another, in ms. */
const RETRY = 5_000

/**
 * A session that only listens. It connects on its own time: orders do not wait for it, and what it missed comes with its resend.
 * Application messages other than reports are answered as unsupported.
 */
export function openDropCopy(options: DropCopyOptions, orderVersion: FixVersion, { clock, logger, receive }: DropCopyContext): FixConnection {
  const { version = orderVersion, senderCompId, targetCompId, addresses, store, tls, session } = options
  const connection = (): FixConnection => createFixConnection({
    session: { undeclaredTags: 'allow', ...session, dictionary: createDictionary(version), senderCompId, targetCompId, accepts: ['8', 'h', 'B'] },
    addresses, store, clock, logger, ...(tls !== undefined && { tls }),
    onMessage: ({ message }) => receive(version, message),
    onState: (state, reason) => { logger.info('fix drop copy', { state, reason }) },
  })
  let current = connection()
  let isClosed = false
  const open = (): void => {
    current.open().catch((error: unknown) => {
      if (isClosed) return
      logger.warn('the drop copy cannot connect', { error: String(error) })
      clock.setTimer(() => {
        if (isClosed) return
        current = connection()
        open()
      }, RETRY, true)
    })
  }
  open()
  return {
    get isUp() { return current.isUp },
    get isSlow() { return current.isSlow },
    get hasGap() { return current.hasGap },
    open: () => Promise.resolve(),
    send: (_, __, delivery) => { delivery?.unsent?.('a drop copy sends nothing') },
    close: async () => {
      isClosed = true
      await current.close()
    },
  }
}
