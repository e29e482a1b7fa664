import { seededIds } from '@sluice/core/testing'

/** UUIDs that are the same in every run of one seed. */
export function createFakeIds(seed: string): () => string {
  const ids = seededIds(seed)
  // The random half is what differs most between neighbours: ids of the fake must not look sorted, as Alpaca's are not.
  return () => {
    const [high = '', middle = '', , , random = ''] = ids.next().split('-')
    return `${random.slice(0, 8)}-${random.slice(8)}-4${middle.slice(1)}-8${high.slice(5)}-${high.slice(0, 4)}${middle}${random.slice(0, 4)}`
  }
}
