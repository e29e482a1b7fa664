export { totp, type TotpOptions } from './totp.ts'
