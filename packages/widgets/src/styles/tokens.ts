import { css, type CSSResult } from 'lit'

/**
 * The design tokens. Each public `--sluice-*` property, set on the widget or anything around it, wins over the default. Light
 * and dark follow the page's `color-scheme`. Statuses are told apart by shape and words first; the colours (blue, teal,
 * amber, vermilion, violet) stay distinct for colour-blind readers.
 */
export const tokens: CSSResult = css`
  :host {
    --_font: var(--sluice-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif);
    --_font-numbers: var(--sluice-font-numbers, var(--_font));
    --_font-code: var(--sluice-font-code, ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace);
    --_size: var(--sluice-font-size, 13px);
    --_size-small: var(--sluice-font-size-small, 12px);
    --_size-large: var(--sluice-font-size-large, 20px);
    --_row: var(--sluice-row-height, 32px);
    --_radius: var(--sluice-radius, 8px);
    --_radius-small: var(--sluice-radius-small, 5px);

    --_surface: var(--sluice-surface, light-dark(#ffffff, #11151b));
    --_raised: var(--sluice-surface-raised, light-dark(#f5f7f9, #181d25));
    --_hover: var(--sluice-surface-hover, light-dark(#eef2f6, #1e2530));
    --_line: var(--sluice-line, light-dark(#dde3e9, #2a323d));
    --_line-strong: var(--sluice-line-strong, light-dark(#8a96a3, #66727f));
    --_text: var(--sluice-text, light-dark(#151b23, #e8ecf1));
    --_muted: var(--sluice-text-muted, light-dark(#55616e, #9aa6b4));
    --_accent: var(--sluice-accent, light-dark(#1257b8, #79b4ff));
    --_on-accent: var(--sluice-on-accent, light-dark(#ffffff, #08121f));
    --_focus: var(--sluice-focus, light-dark(#1257b8, #9ccaff));

    --_buy: var(--sluice-buy, light-dark(#1257b8, #79b4ff));
    --_sell: var(--sluice-sell, light-dark(#964400, #f5b25c));
    --_pending: var(--sluice-pending, light-dark(#55616e, #9aa6b4));
    --_working: var(--sluice-working, light-dark(#1257b8, #79b4ff));
    --_done: var(--sluice-done, light-dark(#00684f, #4fd0a5));
    --_caution: var(--sluice-caution, light-dark(#864b00, #f0b65a));
    --_danger: var(--sluice-danger, light-dark(#b02a14, #ff9179));
    --_unknown: var(--sluice-unknown, light-dark(#71389c, #cfa6f7));

    --_danger-fill: var(--sluice-danger-fill, light-dark(#b02a14, #e0513a));
    --_danger-wash: var(--sluice-danger-wash, light-dark(#fdf0ed, #2a1715));
    --_caution-wash: var(--sluice-caution-wash, light-dark(#fdf5e6, #271e0f));
    --_done-wash: var(--sluice-done-wash, light-dark(#ecf7f3, #0f2520));
    --_unknown-wash: var(--sluice-unknown-wash, light-dark(#f6f0fb, #221a2b));
  }
  :host([density='compact']) { --sluice-row-height: 26px; --sluice-font-size: 12px; --sluice-font-size-small: 11px; }
  @media (prefers-contrast: more) {
    :host { --_line: var(--_line-strong); --_muted: var(--_text); }
  }
`
