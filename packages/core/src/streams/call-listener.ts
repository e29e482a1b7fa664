/** Calls foreign code. What it throws, at once or by the promise it returns, goes to `failed`; Node would end the process for it. */
export function callListener(listener: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = listener()
    if (result instanceof Promise) result.catch(failed)
  } catch (error) {
    failed(error)
  }
}
