export { totp, type TotpOptions } from './totp.ts'
export { type TotpEnrolment, type TotpSecrets, totpSecrets, type TotpSecretsOptions } from './totp-secrets.ts'
export { qrCode } from './qr-code.ts'
