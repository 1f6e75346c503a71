// SPDX-License-Identifier: Apache-2.0
// The two themes of the specifications. The page's own colours are in style.css and agree with them.
import dark from '../specs/theme-dark.json';
import light from '../specs/theme-light.json';

export interface theme {
  colors: Record<string, string>;
  config: Record<string, unknown>;
}

export function current_theme(): theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? dark : light;
}
