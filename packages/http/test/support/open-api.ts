import type { Guard } from '@sluice/core'
import { onTestFinished } from 'vitest'
import { createExecutionApi, type ExecutionApi, type ExecutionApiOptions } from '../../src/index.ts'
import type { Host, Mounted } from './hosts.ts'
import { makeService, type TestService } from './make-service.ts'
import { authenticate } from './principals.ts'

export interface OpenApi extends TestService {
  readonly api: ExecutionApi
  readonly mounted: Mounted
}

/** A service and its API on a host, closed with the test. */
export async function openApi(host: Host, guards: readonly Guard[] = [], options: Partial<ExecutionApiOptions> = {}): Promise<OpenApi> {
  const made = await makeService(guards)
  const api = (host.createApi ?? createExecutionApi)({ service: made.service, authenticate, ...options })
  const mounted = await host.mount(api)
  onTestFinished(async () => {
    await api.close()
    await mounted.close()
    await made.service.close()
  })
  return { ...made, api, mounted }
}
