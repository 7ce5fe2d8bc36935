/** Which of many lines are drawn: the maintained core of TanStack Virtual, as a rune. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core'

export class VirtualLines {
  #changes = $state(0)
  readonly #frame: () => HTMLElement | null
  readonly #virtualizer: Virtualizer<HTMLElement, Element>

  /** `count`, `height` and `key` are read whenever something changes; call `follow` in an effect. */
  constructor(frame: () => HTMLElement | null, headHeight: number) {
    this.#frame = frame
    this.#virtualizer = new Virtualizer<HTMLElement, Element>({
      count: 0,
      getScrollElement: frame,
      estimateSize: () => headHeight,
      overscan: 6,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => {
        this.#changes++
      },
    })
  }

  /** Begins to watch the frame; returns what ends it, for an effect. */
  mount(): () => void {
    const unmount = this.#virtualizer._didMount()
    this.#virtualizer._willUpdate()
    return unmount
  }

  update(count: number, height: (index: number) => number, key: (index: number) => string, headHeight: number): void {
    const { options } = this.#virtualizer
    this.#virtualizer.setOptions({
      ...options,
      count,
      estimateSize: height,
      getItemKey: key,
      scrollPaddingStart: headHeight,
    })
    this.#virtualizer.measure()
    this.#virtualizer._willUpdate()
    this.#changes++
  }

  /** Read for its own sake: whoever asks is asked again when what can be seen changes. */
  get items(): readonly VirtualItem[] {
    return this.#changes < 0 ? [] : this.#virtualizer.getVirtualItems()
  }

  get height(): number {
    return this.#changes < 0 ? 0 : this.#virtualizer.getTotalSize()
  }

  /** Scrolls a line into sight, and draws it at once: a reader that is told where it stands must find it there. */
  show(index: number): void {
    this.#virtualizer.scrollToIndex(index)
    // The browser tells of the new offset in its next frame only; until then the line would not be among those drawn.
    this.#frame()?.dispatchEvent(new Event('scroll'))
  }
}
