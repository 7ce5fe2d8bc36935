/**
 * The one permission of the window: to put plain text on the clipboard when the person clicks "Copy". It reads nothing and
 * asks nothing; all others (camera, location, notifications, devices, reading the clipboard…) are denied.
 */
export function isGranted(permission: string): boolean {
  return permission === 'clipboard-sanitized-write'
}
