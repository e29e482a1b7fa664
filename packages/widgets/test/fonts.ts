const SAMPLE = 'Sluice 187.50 Buy Sell — Outcome unknown'

/** Where the pictures were taken. */
export const KNOWN_FONTS = 'Chromium 156, 288.87/164821 345.94/353676 288.98/148730'

/** How wide and how dark a sentence is in the fonts that the elements use: another font, or another rasteriser, has another answer. */
export function fontsOf(): string {
  const canvas = new OffscreenCanvas(420, 24)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return 'no canvas'
  const version = /Chrom\w+\/(\d+)/.exec(navigator.userAgent)?.[1] ?? 'another browser'
  const widths = ["13px system-ui, 'Liberation Sans', sans-serif", "650 14px system-ui, 'Liberation Sans', sans-serif", "12px ui-monospace, 'DejaVu Sans Mono', monospace"].map((font) => {
    context.clearRect(0, 0, 420, 24)
    context.font = font
    context.fillText(SAMPLE, 0, 16)
    const { data } = context.getImageData(0, 0, 420, 24)
    let ink = 0
    for (let index = 3; index < data.length; index += 4) ink += data[index] ?? 0
    return `${context.measureText(SAMPLE).width.toFixed(2)}/${ink}`
  })
  return `Chromium ${version}, ${widths.join(' ')}`
}
