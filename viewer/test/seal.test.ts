// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { placeholder, seal } from '../seal';

const page = (script: string) =>
  `<head><meta charset="utf-8"></head><body>${placeholder}<script type="module">${script}</script></body>`;

test('the page allows its own script and no other, and no network', () => {
  const sealed = seal(page('let a = 1'), 'licence');
  const hash = createHash('sha256').update('let a = 1').digest('base64');
  expect(sealed).toContain(`script-src 'sha256-${hash}'`);
  expect(sealed).toContain("default-src 'none'");
  expect(sealed).not.toContain('unsafe-eval');
  expect(sealed).toContain('licence\n-->');
});

test('a dollar sign in the script is a dollar sign', () => {
  expect(seal(page("'$&'"), '')).toContain('<script type="module">\'$&\'</script>');
});

test('a page that the command could not fill in is refused', () => {
  expect(() => seal('<meta charset="utf-8"><script type="module">1</script></body>', '')).toThrow(/index.html/);
  expect(() => seal(page('1').replace('<meta charset="utf-8">', ''), '')).toThrow(/charset/);
  expect(() => seal(`<meta charset="utf-8">${placeholder}</body>`, '')).toThrow(/one inlined script/);
});
