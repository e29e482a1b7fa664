// The thread that works on a journal's file. `sqliteJournal` starts it.
import { parentPort, workerData } from 'node:worker_threads'
import { openJournal } from './journal-engine.ts'
import { serveJournal } from './serve-journal.ts'
import type { WorkerRequest } from './worker-protocol.ts'

const path = workerData as string
const port = parentPort
if (port === null) throw new Error('this file is the journal\'s worker thread: use sqliteJournal')
const receive = serveJournal(() => openJournal(path), path, {
  send: (answers) => { port.postMessage(answers) },
  later: setImmediate,
})
port.on('message', (requests: readonly WorkerRequest[]) => { receive(requests) })
