// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { defineConfig } from 'vitest/config';
import { seal_plugin } from './seal';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 10_000_000,
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    emptyOutDir: true,
    rollupOptions: { onLog: (level, log, show) => level !== 'info' && show(level, log) },
  },
  plugins: [
    viteSingleFile({ removeViteModuleLoader: true }),
    seal_plugin(['@fontsource-variable/inter', '@fontsource-variable/source-serif-4']),
  ],
  test: { include: ['test/**/*.test.ts'], environment: 'node' },
});
