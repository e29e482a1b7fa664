import { memoryJournal } from '@sluice/core'
import { testJournal } from '@sluice/testkit'

testJournal({
  create: async () => {
    const journal = memoryJournal()
    return { journal, close: () => journal.close() }
  },
})
