import { join } from 'node:path'

/**
 * Where the addon for this kind of machine is, in a clone and in a package alike. A variant is the same sources built
 * with other flags: APICAL_NATIVE_VARIANT has the tests load a sanitizer's.
 */
export function addonPath(variant = process.env['APICAL_NATIVE_VARIANT'] ?? ''): string {
  return join(
    import.meta.dirname,
    '../../../build/native',
    `${process.platform}-${process.arch}${variant}`,
    'apical.node',
  )
}
