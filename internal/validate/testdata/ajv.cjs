// Judges the bytes of a value by ajv's compiled validator, as often as each line of
// standard input says, and answers each line with the nanoseconds that it took.
// Arguments: folder with node_modules, file of the schema, file of the value.
const {createRequire} = require('node:module')
const fs = require('node:fs')
const [folder, schemaFile, valueFile] = process.argv.slice(2)
const from = createRequire(folder + '/')
const Ajv = from('ajv').default
const ajv = new Ajv({strict: false, unicodeRegExp: false})
from('ajv-formats').default(ajv)
const validate = ajv.compile(JSON.parse(fs.readFileSync(schemaFile, 'utf8')))
const bytes = fs.readFileSync(valueFile)
require('node:readline').createInterface({input: process.stdin}).on('line', line => {
  const n = Number(line)
  const start = process.hrtime.bigint()
  for (let i = 0; i < n; i++) {
    if (!validate(JSON.parse(bytes.toString('utf8')))) {
      console.log(JSON.stringify(validate.errors))
      return
    }
  }
  console.log(String(process.hrtime.bigint() - start))
})
