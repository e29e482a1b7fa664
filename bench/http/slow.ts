// Sockets that never finish, in a process of their own: `slow.ts PORT COUNT`. Says when all are open.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port = '0', count = '0'] = process.argv.slice(2)
const sockets: Socket[] = []
for (let index = 0; index < Number(count); index += 1) {
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
  socket.write('GET /api/v1/execution/orders HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  sockets.push(socket)
  // The queue of a listening socket is short.
  if (index % 100 === 99) await once(socket, 'connect')
}
let next = 0
setInterval(() => {
  for (let turn = 0; turn < 20; turn += 1) sockets[next++ % sockets.length]?.write('x')
}, 20)
process.on('disconnect', () => { process.exit() })
process.send?.('open')
