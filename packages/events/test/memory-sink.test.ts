import { idOf, memorySink } from '@sluice/events'
import { testSink } from '@sluice/testkit'

testSink({
  create: async () => {
    const sink = memorySink()
    return {
      sink,
      delivered: async (account) => sink.received.filter((item) => item.account === account).map((item) => ({
        id: idOf(item), account, sequence: item.sequence, type: item.type,
        data: item.type === 'stream_reset' ? { orders: item.orders, positions: item.positions } : item.data,
      })),
      fail: sink.fail,
      heal: sink.heal,
      loseAnswer: sink.loseAnswer,
      refuse: (orderId) => { sink.refuse((item) => item.type !== 'stream_reset' && 'orderId' in item.data && item.data.orderId === orderId) },
      restart: async () => sink,
      close: async () => undefined,
    }
  },
})
