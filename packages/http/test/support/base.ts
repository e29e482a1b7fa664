/** Where the tests mount. */
export const BASE = '/api/v1/execution'
