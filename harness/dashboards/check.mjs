// Holds the reports in each of the folders against what programs of others read
// in them: xunit-viewer and junit-to-ctrf count the test cases of junit.xml, and
// har-validator judges evidence.har. Their totals must be those of results.json.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import harValidator from 'har-validator'
import { convertJUnitToCTRFReport } from 'junit-to-ctrf'
import getSuites from 'xunit-viewer/src/cli/get-suites.js'
import Logger from 'xunit-viewer/src/cli/logger.js'

const folders = process.argv.slice(2)
if (folders.length === 0) {
  console.error('usage: node check.mjs FOLDER...')
  process.exit(2)
}

let wrong = 0
for (const folder of folders) {
  const ours = expected(folder)
  const counts = {
    'xunit-viewer': await xunitViewer(join(folder, 'junit.xml')),
    'junit-to-ctrf': await ctrf(join(folder, 'junit.xml'))
  }
  for (const [reader, got] of Object.entries(counts)) {
    const fits = got.passed === ours.passed && got.skipped === ours.skipped && got.red === ours.red
    if (!fits) wrong++
    console.log(`${fits ? 'agrees' : 'DIFFERS'}  ${folder}: ${reader} ${JSON.stringify(got)}, results.json ${JSON.stringify(ours)}`)
  }
  try {
    const har = JSON.parse(readFileSync(join(folder, 'evidence.har'), 'utf8'))
    await harValidator.har(har)
    console.log(`valid    ${folder}: evidence.har, ${har.log.pages.length} pages, ${har.log.entries.length} entries`)
  } catch (error) {
    wrong++
    console.log(`INVALID  ${folder}: evidence.har: ${error.message} ${JSON.stringify(error.errors)}`)
  }
}
console.log(`${folders.length} folders, ${wrong} disagreements`)
process.exit(wrong === 0 ? 0 : 1)

// expected are the totals of results.json as test cases: one for each spec, one
// for each trouble, one for each suite in which nothing was exercised, one for
// a coverage that is too low, one for each waiver that expired or met nothing,
// one for entries of a baseline that no longer occur, and one for a shard that
// has nothing to run; a shard has no suite in which it has no spec.
function expected (folder) {
  const { totals, trouble, outcome, specs, apis, shortfalls = [], waivers = [], baseline, shards } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))
  const { passed, skipped, ...red } = totals.specs
  let others = trouble.length
  const known = new Set(apis)
  const used = new Set([...specs, ...trouble].map(one => one.suite).map(suite => (known.has(suite) ? suite : 'run')))
  const part = shards && !shards.merged && shards.count > 1
  for (const api of apis) if ((outcome === 'nothing exercised' && (!part || used.has(api))) || (!part && !used.has(api))) others++
  if (outcome === 'nothing exercised' && used.has('run')) others++
  if (shortfalls.length > 0) others++
  const told = { expired: 0, unused: 0, used: 0 }
  for (const { state } of waivers) told[state]++
  const gone = baseline?.gone?.length > 0 ? 1 : 0
  return {
    passed: passed + told.unused + gone,
    skipped: skipped + (outcome === 'empty shard' ? 1 : 0),
    red: Object.values(red).reduce((a, b) => a + b, 0) + others + told.expired
  }
}

async function xunitViewer (file) {
  const suites = await getSuites(Logger(true), [{ file, contents: readFileSync(file, 'utf8') }])
  const got = { passed: 0, skipped: 0, red: 0 }
  for (const suite of Object.values(suites.suites ?? {})) {
    for (const test of Object.values(suite.tests ?? {})) {
      if (test.status === 'passed') got.passed++
      else if (test.status === 'skipped') got.skipped++
      else got.red++
    }
  }
  return got
}

async function ctrf (file) {
  const report = await convertJUnitToCTRFReport(file, { log: false })
  const got = { passed: 0, skipped: 0, red: 0 }
  for (const { status } of report.results.tests) {
    if (status === 'passed') got.passed++
    else if (status === 'skipped') got.skipped++
    else got.red++
  }
  return got
}
