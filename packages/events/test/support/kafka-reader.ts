import type { DeliveredItem } from '@sluice/testkit'

/** A message of the topic as any consumer gets it. */
export interface ReadMessage {
  readonly key: string | undefined
  readonly value: string
  readonly partition?: number
}

/** What a consumer of CloudEvents makes of the messages of one account. */
export function itemsOf(messages: readonly ReadMessage[], account: string): DeliveredItem[] {
  return messages.filter(({ key }) => key === account).map(({ value }) => {
    const event = JSON.parse(value) as { readonly id: string; readonly subject: string; readonly sequence: string; readonly type: string; readonly data: unknown }
    return { id: event.id, account: event.subject, sequence: Number(event.sequence), type: event.type.replace(/^sluice\./, ''), data: event.data }
  })
}

/** The order id in a message's data, where it has one. */
export function orderIdIn(value: string): string | undefined {
  return (JSON.parse(value) as { readonly data: { readonly orderId?: string } }).data.orderId
}
