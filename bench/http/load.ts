import { connect, type Socket } from 'node:net'

/** How many connections ask at once. */
const CONNECTIONS = 32

const body = JSON.stringify({
  account: 'main', strategy: 'momentum', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.50', timeInForce: 'day',
  extendedHours: false, orderClass: 'bracket', takeProfit: { limitPrice: '199.00' }, stopLoss: { stopPrice: '181.00', limitPrice: '180.50' },
})

function requestOf(key: string): string {
  return `POST /api/v1/execution/order HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bench\r\nContent-Type: application/json\r\nIdempotency-Key: ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** Posts so many orders, each with a key of its own, and checks that each was accepted. */
export async function postOrders(port: number, run: string, count: number, connections: number = CONNECTIONS): Promise<void> {
  let started = 0
  await Promise.all(Array.from({ length: connections }, () => new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
    const next = (): void => {
      if (started === count) socket.end()
      else socket.write(requestOf(`${run}-${(started += 1)}`))
    }
    readAnswers(socket, (status) => {
      if (status === '201') next()
      else socket.destroy(new Error(`the bench measures accepted orders, this answer is ${status}`))
    })
    socket.on('connect', next).on('close', () => { resolve() }).on('error', reject)
  })))
}

function readAnswers(socket: Socket, onAnswer: (status: string) => void): void {
  let text = ''
  socket.on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1])
    if (text.length < end + 4 + length) return
    const status = text.slice(9, 12)
    text = ''
    onAnswer(status)
  })
}
