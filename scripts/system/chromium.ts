import { findChromium } from '../chromium.ts'
import type { SystemPart } from '../system-part.ts'

export const part: SystemPart = {
  name: 'Chromium',
  why: 'browser tests are left out without it',
  // Fonts are pinned with it, so that text measures the same everywhere.
  debianPackages: ['chromium', 'fonts-liberation', 'fonts-dejavu-core'],
  present: () => findChromium() !== undefined,
}
