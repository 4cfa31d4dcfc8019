// Writes FILE.br beside each file of a folder, as small as brotli can.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'

const folder = process.argv[2]
for (const name of readdirSync(folder)) {
  if (!/\.(br|gz)$/.test(name)) {
    // The default quality is the best one, 11.
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(readFileSync(join(folder, name))))
  }
}
