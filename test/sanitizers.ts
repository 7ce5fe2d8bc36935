// Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer and runs the engines' battery on it: any finding
// ends the process that ran into it, and the tests with it. Not a part of `npm test`: it takes several minutes.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { build, compiler } from '../src-main/engines/native/build.ts'

const root = dirname(import.meta.dirname)
const variant = '-sanitized'
const cxx = compiler()
if (cxx === undefined) {
  process.stderr.write('Skipped: this machine has no C++ compiler.\n')
  process.exit(0)
}
if (process.platform !== 'linux') {
  process.stderr.write('Skipped: the sanitizers are preloaded into Node, which this script does on Linux only.\n')
  process.exit(0)
}
const flags = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g', '-O1']
process.stdout.write(`${await build({ variant, flags })}\n`)
const library = (name: string): string =>
  spawnSync(cxx, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim()
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', 'test/vitest.config.ts', '--testTimeout', '300000'],
    ...['test/engines/battery.test.ts', 'test/engines/native.test.ts', 'test/engines/sessions.test.ts'],
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      APICAL_NATIVE_VARIANT: variant,
      LD_PRELOAD: `${library('libasan.so')}:${library('libubsan.so')}`,
      // V8 keeps what it never frees until it ends; what sessions leak, the test of a thousand of them sees, which freed
      // memory held back for long would mislead.
      ASAN_OPTIONS: 'detect_leaks=0:quarantine_size_mb=1',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
)
process.exit(status ?? 1)
