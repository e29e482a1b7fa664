// The thread that works on a journal's file, or verifies a copy of one. `sqliteJournal` starts it.
import { parentPort, workerData } from 'node:worker_threads'
import { openJournal } from './journal-engine.ts'
import { serveJournal } from './serve-journal.ts'
import { openReadOnly } from './journal-file.ts'
import { verifyJournal } from './verify-journal.ts'
import { type RestReport, verifyRest } from './verify-rest.ts'
import { buffersIn, type WorkerMessage, type WorkerRequest, type WorkerTask } from './worker-protocol.ts'

function verifyRestOf(path: string): RestReport {
  const file = openReadOnly(path)
  try {
    const work = verifyRest(file.database)
    for (;;) {
      const next = work.next()
      if (next.done === true) return next.value
    }
  } finally {
    file.close()
  }
}

const port = parentPort
if (port === null) throw new Error('this file is the journal\'s worker thread: use sqliteJournal')
const task = workerData as WorkerTask

if ('verify' in task) port.postMessage(await verifyJournal(task.verify))
else if ('verifyRest' in task) port.postMessage(verifyRestOf(task.verifyRest))
else {
  const receive = serveJournal(() => openJournal(task.keep), task.keep, {
    send: (message: WorkerMessage) => { port.postMessage(message, buffersIn(message)) },
    later: setImmediate,
    end: () => { port.close() },
  })
  port.on('message', (requests: readonly WorkerRequest[]) => { receive(requests) })
}
