/** Points of a plane in quarters of quarters: what far ones do to one of them is taken together (Barnes and Hut). */

/** Deeper quarters than this are not made: points so near count as one. */
const DEEPEST = 40

export class QuadTree {
  readonly #count: number
  #nodes = 0
  #size: number
  /** By node: points in it, the sums of their places (their means once all are in), the middle and the width of its square, its first quarter (0 for none), and of one without quarters a point. */
  #mass: Float64Array
  #sumX: Float64Array
  #sumY: Float64Array
  #midX: Float64Array
  #midY: Float64Array
  #width: Float64Array
  #quarters: Int32Array
  #point: Int32Array

  constructor(count: number) {
    this.#count = count
    this.#size = 4 * count + 64
    const numbers = (): Float64Array => new Float64Array(this.#size)
    this.#mass = numbers()
    this.#sumX = numbers()
    this.#sumY = numbers()
    this.#midX = numbers()
    this.#midY = numbers()
    this.#width = numbers()
    this.#quarters = new Int32Array(this.#size)
    this.#point = new Int32Array(this.#size)
  }

  /** @param y `[point][2]` */
  build(y: Float64Array): void {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity]
    for (let i = 0; i < this.#count; i++) {
      left = Math.min(left, y[2 * i] as number)
      right = Math.max(right, y[2 * i] as number)
      low = Math.min(low, y[2 * i + 1] as number)
      high = Math.max(high, y[2 * i + 1] as number)
    }
    this.#nodes = 0
    const width = Math.max(right - left, high - low, Number.MIN_VALUE) * (1 + 1e-9)
    this.#make((left + right) / 2, (low + high) / 2, width)
    for (let i = 0; i < this.#count; i++) this.#insert(y, i)
    // From now on sums are means, which are asked for many times.
    for (let node = 0; node < this.#nodes; node++) {
      const points = this.#mass[node] as number
      if (points === 0) continue
      this.#sumX[node] = (this.#sumX[node] as number) / points
      this.#sumY[node] = (this.#sumY[node] as number) / points
    }
  }

  /** Σ over other points of q² (y_i − y_j), by point into `push`; answers Σ q over all pairs. q = 1 / (1 + |y_i − y_j|²). */
  repulsion(y: Float64Array, angle: number, push: Float64Array): number {
    const stack = new Int32Array(4 * DEEPEST + 8)
    const [mass, sumX, sumY, width, quarters] = [this.#mass, this.#sumX, this.#sumY, this.#width, this.#quarters]
    const narrow = angle * angle
    let total = 0
    for (let i = 0; i < this.#count; i++) {
      const [xi, yi] = [y[2 * i] as number, y[2 * i + 1] as number]
      let [fx, fy] = [0, 0]
      let top = 0
      stack[top++] = 0
      while (top > 0) {
        const node = stack[--top] as number
        const points = mass[node] as number
        if (points === 0) continue
        const dx = xi - (sumX[node] as number)
        const dy = yi - (sumY[node] as number)
        const distance = dx * dx + dy * dy
        const first = quarters[node] as number
        if (first === 0 || (width[node] as number) ** 2 < narrow * distance) {
          // Nowhere else than where the point is: it is one of them.
          const others = first === 0 && this.#holds(node, y, xi, yi) ? points - 1 : points
          const q = 1 / (1 + distance)
          total += others * q
          fx += others * q * q * dx
          fy += others * q * q * dy
        } else for (let quarter = 0; quarter < 4; quarter++) stack[top++] = first + quarter
      }
      push[2 * i] = fx
      push[2 * i + 1] = fy
    }
    return total
  }

  #holds(node: number, y: Float64Array, x: number, yOf: number): boolean {
    const half = (this.#width[node] as number) / 2
    const point = this.#point[node] as number
    if (y[2 * point] === x && y[2 * point + 1] === yOf) return true
    return (
      (this.#mass[node] as number) > 1 &&
      Math.abs(x - (this.#midX[node] as number)) <= half &&
      Math.abs(yOf - (this.#midY[node] as number)) <= half
    )
  }

  #make(midX: number, midY: number, width: number): number {
    if (this.#nodes === this.#size) this.#grow()
    const node = this.#nodes++
    this.#mass[node] = 0
    this.#sumX[node] = 0
    this.#sumY[node] = 0
    this.#midX[node] = midX
    this.#midY[node] = midY
    this.#width[node] = width
    this.#quarters[node] = 0
    return node
  }

  #insert(y: Float64Array, point: number): void {
    const [x, yOf] = [y[2 * point] as number, y[2 * point + 1] as number]
    let node = 0
    for (let depth = 0; ; depth++) {
      const before = this.#mass[node] as number
      this.#mass[node] = before + 1
      this.#sumX[node] = (this.#sumX[node] as number) + x
      this.#sumY[node] = (this.#sumY[node] as number) + yOf
      if ((this.#quarters[node] as number) === 0) {
        if (before === 0) {
          this.#point[node] = point
          return
        }
        if (depth >= DEEPEST) return
        this.#divide(node, y)
      }
      node = (this.#quarters[node] as number) + this.#quarterOf(node, x, yOf)
    }
  }

  /** Makes the four quarters of a node and puts its one point where it belongs. */
  #divide(node: number, y: Float64Array): void {
    const half = (this.#width[node] as number) / 2
    const [midX, midY] = [this.#midX[node] as number, this.#midY[node] as number]
    const first = this.#make(midX - half / 2, midY - half / 2, half)
    this.#make(midX + half / 2, midY - half / 2, half)
    this.#make(midX - half / 2, midY + half / 2, half)
    this.#make(midX + half / 2, midY + half / 2, half)
    this.#quarters[node] = first
    const point = this.#point[node] as number
    const [x, yOf] = [y[2 * point] as number, y[2 * point + 1] as number]
    const quarter = first + this.#quarterOf(node, x, yOf)
    this.#mass[quarter] = 1
    this.#sumX[quarter] = x
    this.#sumY[quarter] = yOf
    this.#point[quarter] = point
  }

  #quarterOf(node: number, x: number, y: number): number {
    return (x > (this.#midX[node] as number) ? 1 : 0) + (y > (this.#midY[node] as number) ? 2 : 0)
  }

  #grow(): void {
    this.#size *= 2
    const numbers = (old: Float64Array): Float64Array => {
      const grown = new Float64Array(this.#size)
      grown.set(old)
      return grown
    }
    const whole = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(this.#size)
      grown.set(old)
      return grown
    }
    this.#mass = numbers(this.#mass)
    this.#sumX = numbers(this.#sumX)
    this.#sumY = numbers(this.#sumY)
    this.#midX = numbers(this.#midX)
    this.#midY = numbers(this.#midY)
    this.#width = numbers(this.#width)
    this.#quarters = whole(this.#quarters)
    this.#point = whole(this.#point)
  }
}
