/** A checksum as files and calls write it. */
import { z } from 'zod'

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
