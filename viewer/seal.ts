// SPDX-License-Identifier: Apache-2.0
// Seals the page after everything has been inlined: a content security policy that forbids the network and allows
// exactly the one script of this build, and the licences of what is bundled.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

export const placeholder = '<script type="application/json" id="spillway-data"></script>';

const root = fileURLToPath(new URL('.', import.meta.url));
const inline_script = /<script type="module"[^>]*>([\s\S]*?)<\/script>/g;

/** The page with its policy. Throws if the page is not what the command expects to fill in. */
export function seal(page: string, licences: string): string {
  if (page.split(placeholder).length !== 2) throw new Error(`index.html must hold ${placeholder} once`);
  const scripts = [...page.matchAll(inline_script)].map((match) => match[1] ?? '');
  if (scripts.length !== 1) throw new Error(`expected one inlined script, found ${scripts.length}`);
  const hash = createHash('sha256')
    .update(scripts[0] ?? '', 'utf8')
    .digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const sealed = page.replace('<meta charset="utf-8">', () => `<meta charset="utf-8">\n  ${meta}`);
  if (!sealed.includes(meta)) throw new Error('index.html must declare <meta charset="utf-8">');
  return sealed.replace('</body>', () => `<!--\n${licences.replaceAll('--', '- -')}\n-->\n</body>`);
}

function package_of(module: string): string | null {
  const start = module.lastIndexOf('/node_modules/');
  if (start < 0) return null;
  const parts = module.slice(start + '/node_modules/'.length).split('/');
  const name = parts[0]?.startsWith('@') ? parts.slice(0, 2) : parts.slice(0, 1);
  return join(module.slice(0, start), 'node_modules', ...name);
}

/** Name, version and licence of every bundled package; each licence text once. */
function notices(modules: Iterable<string>): string {
  const packages = new Set([...modules].map((module) => package_of(module.replace(/\0|\?.*$/g, ''))));
  const names_by_text = new Map<string, string[]>();
  for (const folder of [...packages].sort()) {
    if (!folder || !existsSync(join(folder, 'package.json'))) continue;
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${about.license}`;
    names_by_text.set(text, [...(names_by_text.get(text) ?? []), `${about.name} ${about.version}`]);
  }
  const parts = [...names_by_text].map(([text, names]) => `${names.join(', ')}\n\n${text}`);
  return `This page contains the following software and typefaces.\n\n${parts.join('\n\n---\n\n')}`;
}

export function seal_plugin(extra_packages: string[]): Plugin {
  return {
    name: 'spillway-seal',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const extra = extra_packages.map((name) => join(root, 'node_modules', name, 'package.json'));
        const modules = [...this.getModuleIds(), ...extra];
        for (const output of Object.values(bundle))
          if (output.type === 'asset' && output.fileName.endsWith('.html'))
            output.source = seal(String(output.source), notices(modules));
      },
    },
  };
}
