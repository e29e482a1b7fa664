import { generateURI } from 'otplib'
import { DESK_USER } from './access.ts'
import type { Desk } from './start-desk.ts'

/** What the desk prints when it is ready. */
export function welcome(desk: Desk, brokerTitle: string, dataFolder: string): string {
  const { address, token, totpSecret, service } = desk
  const orders = `${address}/api/v1/execution/order`
  const signedIn = `-H 'Authorization: Bearer ${token}'`
  const body = JSON.stringify({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' })
  const { engaged } = service.killSwitch.status()
  return `
Sluice desk · ${brokerTitle}

  Page   ${address}/
  Token  ${token}
  TOTP   ${totpSecret}  (approves as "${DESK_USER}"; add it to an authenticator)
         ${generateURI({ issuer: 'Sluice desk', label: DESK_USER, secret: totpSecret })}
  Data   ${dataFolder}
${eventsLine(desk)}${engaged.length === 0 ? '' : `\n  Trading is stopped (${engaged.map(({ scope, reason }) => `${scope}: ${reason}`).join('; ')}). Release it on the page.\n`}
Place an order:

  curl -sS -i ${orders} ${signedIn} -H 'Content-Type: application/json' -H "Idempotency-Key: $(date +%s%N)" -d '${body}'

Look at it, with the id from the answer:

  curl -sS ${orders}/ORDER_ID ${signedIn}

Ctrl-C ends it.
`
}

function eventsLine({ relay, address }: Desk): string {
  const names = new Set(relay?.sinks)
  const lines = [
    ...(names.has('kafka') ? ['Kafka  topic sluice.events'] : []),
    ...(names.has('socketio') ? [`Socket ${address}/sluice (Socket.IO, with the token as auth.token)`] : []),
  ]
  return lines.map((line) => `  ${line}\n`).join('')
}
