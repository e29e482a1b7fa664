import { execution } from '../../../../../execution.ts'

// Orders are never prerendered, and the service lives in Node.
export const dynamic = 'force-dynamic'
export const runtime = 'nodejs'

const handle = async (request: Request): Promise<Response> => (await execution()).api.fetch(request)

// HEAD is answered by GET. PUT and OPTIONS are here so that they are refused as everything else of the API is.
export { handle as DELETE, handle as GET, handle as OPTIONS, handle as PATCH, handle as POST, handle as PUT }
