import { orderMessages } from './messages-44.ts'
import { HEADER_FIXT, LOGON_FIXT, SESSION_MESSAGES, TRAILER } from './session-fields.ts'

const SINGLE = '@Display @Trigger 1031 1032 1080 1081 1089 1090 1091 1092 1093 1188'
const REPORT = `${SINGLE} @Application 880 1003 1057 1115 1385 1444`

/** FIXT 1.1 for the session, order routing of FIX 5.0SP2 above it. */
export const MESSAGES_50: string = `
${HEADER_FIXT}
${TRAILER}
${LOGON_FIXT}
${SESSION_MESSAGES.replace('45! 371 372 373', '45! 371 372 1130 1406 1131 373')}
${orderMessages({ single: SINGLE, report: REPORT, small: '1300 1301 1180 1181 1350 1352' }, '21')}
`
