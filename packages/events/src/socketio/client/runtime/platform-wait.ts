/** Resolves after `delay` ms of the platform's clock: in a page there is no other. */
export function platformWait(delay: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, delay) })
}
