// The thread that works on a journal's file, or verifies a copy of one. `sqliteJournal` starts it.
import { parentPort, workerData } from 'node:worker_threads'
import { openJournal } from './journal-engine.ts'
import { serveJournal } from './serve-journal.ts'
import { verifyJournal } from './verify-journal.ts'
import { buffersIn, type WorkerMessage, type WorkerRequest, type WorkerTask } from './worker-protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file is the journal\'s worker thread: use sqliteJournal')
const task = workerData as WorkerTask

if ('verify' in task) port.postMessage(await verifyJournal(task.verify))
else {
  const receive = serveJournal(() => openJournal(task.keep), task.keep, {
    send: (message: WorkerMessage) => { port.postMessage(message, buffersIn(message)) },
    later: setImmediate,
  })
  port.on('message', (requests: readonly WorkerRequest[]) => { receive(requests) })
}
