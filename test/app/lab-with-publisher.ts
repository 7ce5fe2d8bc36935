// A lab in a browser whose data sets come from a publisher on this machine: the real lab, server and download, with
// small files made here. MNIST comes in two goes; Fashion-MNIST's publisher cannot be reached; the rest is not offered.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Fetchable, publishers } from '../../src-main/lab/datasets/publishers.ts'
import { openLab } from '../../src-main/lab/lab.ts'
import { serveLab } from '../../src-main/serve.ts'
import { idxFile, labelsFile } from '../data/idx-file.ts'
import { LocalPublisher } from '../data/local-publisher.ts'

const publisher = await LocalPublisher.open()
const noise = Uint8Array.from({ length: 400 * 784 }, () => Math.floor(Math.random() * 256))
const files: Record<string, Uint8Array> = {
  'train-images-idx3-ubyte.gz': gzipSync(idxFile(2051, [400, 28, 28], noise)),
  'train-labels-idx1-ubyte.gz': gzipSync(labelsFile(400)),
  't10k-images-idx3-ubyte.gz': gzipSync(idxFile(2051, [50, 28, 28], noise.subarray(0, 50 * 784))),
  't10k-labels-idx1-ubyte.gz': gzipSync(labelsFile(50)),
}
const mnist = Object.entries(files).map(([name, bytes]): Fetchable => {
  publisher.publish(name, bytes, name === 'train-images-idx3-ubyte.gz' ? { holdsAt: 100_000 } : {})
  return publisher.wanted(name, bytes)
})
const nobody = (one: Fetchable): Fetchable => ({ ...one, urls: [`https://no-such-host.invalid/${one.name}`] })

const lab = await openLab({
  host: 'browser',
  idleMeasuring: false,
  source: {
    // It waits as long as the test looks at it.
    policy: { ...publisher.policy, idleTimeoutMs: 600_000 },
    publishers: (name) => (name === 'mnist' ? mnist : name === 'fashion-mnist' ? publishers(name).map(nobody) : []),
  },
})
const served = await serveLab(lab, { faceFolder: fileURLToPath(new URL('../../build/face', import.meta.url)), port: 0 })
process.stdout.write(`${served.address}\n`)
process.once('SIGINT', () => {
  void Promise.all([served.close(), lab.close(), publisher.close()]).then(() => process.exit(0))
})
