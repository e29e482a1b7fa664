import type { Socket } from 'node:net'
import type { Line } from './session-runner.ts'

/** Bytes that the other side has not taken, from which on no new order is written. */
const HIGH_WATER = 1_048_576

export interface SocketLine extends Line {
  /** The other side does not keep up. */
  readonly isSlow: () => boolean
}

/** Everything that is written in one tick leaves in one segment. */
export function socketLine(socket: Socket): SocketLine {
  let isCorked = false
  return {
    write: (bytes) => {
      if (!socket.writable) return
      if (!isCorked) {
        isCorked = true
        socket.cork()
        queueMicrotask(() => { isCorked = false; socket.uncork() })
      }
      socket.write(bytes)
    },
    pause: () => { socket.pause() },
    resume: () => { socket.resume() },
    end: () => {
      socket.end()
      // A counterparty that does not close its half is not waited for.
      socket.setTimeout(1000, () => { socket.destroy() })
    },
    isSlow: () => socket.writableLength > HIGH_WATER,
  }
}
