/** Marks the first visible element of a selector as the one meant, whenever it comes; returns what ends it. */
export function pointAt(selector: string): () => void {
  let pointed: Element | null = null
  let asked = 0

  const look = (): void => {
    asked = 0
    const found = [...document.querySelectorAll<HTMLElement>(selector)].find((element) => element.offsetParent !== null)
    if (found === pointed) return
    pointed?.removeAttribute('data-pointed')
    pointed = found ?? null
    found?.setAttribute('data-pointed', '')
    found?.scrollIntoView({ block: 'nearest' })
  }
  // A screen changes many elements at once: one look per frame.
  const observer = new MutationObserver(() => {
    if (asked === 0) asked = requestAnimationFrame(look)
  })
  observer.observe(document.body, { childList: true, subtree: true })
  look()
  return () => {
    observer.disconnect()
    cancelAnimationFrame(asked)
    pointed?.removeAttribute('data-pointed')
  }
}
