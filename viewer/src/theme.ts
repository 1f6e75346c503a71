// SPDX-License-Identifier: Apache-2.0
// The two themes of the charts. The page's own colours are in style.css and agree with them.
import dark from '../specs/theme-dark.json';
import light from '../specs/theme-light.json';

export interface theme {
  colors: Record<string, string>;
  config: Record<string, unknown>;
}

const dark_query = '(prefers-color-scheme: dark)';
let printing = false;

export function current_theme(): theme {
  return !printing && matchMedia(dark_query).matches ? dark : light;
}

/** Calls back whenever the charts must be drawn in other colours: the system's choice changed, or it prints. */
export function on_theme_change(redraw: () => void): void {
  matchMedia(dark_query).addEventListener('change', redraw);
  const print = (now: boolean) => () => {
    if (printing === now || !matchMedia(dark_query).matches) return;
    printing = now;
    redraw();
  };
  addEventListener('beforeprint', print(true));
  addEventListener('afterprint', print(false));
}
