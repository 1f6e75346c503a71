// SPDX-License-Identifier: Apache-2.0
// The least of a test harness: named checks, all of which run, and the database read by SQLite's own command.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const failures = [];
let finished = 0;

export async function check(name, action) {
  try {
    await action();
    console.log(`ok       ${name}`);
  } catch (failure) {
    failures.push(name);
    console.log(
      `FAILED   ${name}\n${String(failure.stack ?? failure)
        .split('\n')
        .slice(0, 12)
        .map((line) => `         ${line}`)
        .join('\n')}`,
    );
  }
  finished += 1;
}

export function finish() {
  console.log(`${finished - failures.length} of ${finished} checks passed`);
  process.exit(failures.length > 0 ? 1 : 0);
}

export function sql(database, query) {
  const text = execFileSync('sqlite3', ['-readonly', '-json', database, query], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return text.trim() === '' ? [] : JSON.parse(text);
}

/** Equal up to what a pixel's coordinates are printed with. */
export function close(now, expected, what, tolerance = 2e-3) {
  const size = Math.max(Math.abs(expected), 1e-9);
  assert.ok(
    Math.abs(now - expected) <= tolerance * size + 1e-6,
    `${what}: drawn ${now}, in the database ${expected}`,
  );
}

/** Every drawn thing finds its row and every row is drawn, by key. */
export function pair(things, key_of_thing, rows, key_of_row) {
  const by_key = new Map(rows.map((row) => [key_of_row(row), row]));
  assert.equal(by_key.size, rows.length, 'rows of the database share a key');
  assert.deepEqual(things.map(key_of_thing).sort(), [...by_key.keys()].sort());
  return things.map((thing) => [thing, by_key.get(key_of_thing(thing))]);
}
