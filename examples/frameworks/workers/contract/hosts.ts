// The only host there is here: the runtime itself, with requests and responses of its own.
import type { Host } from '../../../../packages/http/test/support/hosts.ts'

export const hosts: readonly Host[] = [{
  name: 'workerd',
  rawBody: true,
  mount: async (api) => ({
    origin: 'http://sluice.test',
    send: (path, init) => api.fetch(new Request(`http://sluice.test${path}`, init)),
    close: async () => undefined,
  }),
}]
