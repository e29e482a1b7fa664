import { citi } from './citi.ts'
import { doubleSend } from './double-send.ts'
import type { Incident } from './incident.ts'
import { knight } from './knight.ts'
import { threeAlerts } from './three-alerts.ts'

export const incidents: readonly Incident[] = [knight, citi, doubleSend, threeAlerts]
