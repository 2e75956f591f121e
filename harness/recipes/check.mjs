// Says what is wrong with a recipe: each function takes the text of a file and
// answers a list of complaints, empty for none.
//
// GitLab's is its own JSON Schema, GitHub's is actionlint, the Containerfile's a
// linter of that format. Jenkins judges a pipeline on a server alone, and no
// package has the schema of Azure Pipelines. For those two this file asks what
// can be asked without: a Groovy grammar, YAML, and the names that the systems'
// references have for sections, jobs and steps.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv'
import dockerfile from 'dockerfile-utils'
import gitlabSchema from 'gitlab-ci-local/src/schema/index.js'
import { Language, Parser } from 'web-tree-sitter'
import { parseDocument } from 'yaml'

// yaml reads one document strictly: a key twice is an error.
function yaml(text) {
  const document = parseDocument(text, { uniqueKeys: true })
  return { complaints: [...document.errors, ...document.warnings].map(String), value: document.toJS() }
}

export function gitHub(text) {
  const run = spawnSync(process.env.ACTIONLINT, ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', '-'], { input: text, encoding: 'utf8' })
  if (run.error) throw run.error
  if (run.status > 1) throw new Error(run.stderr)
  return run.stdout.split('\n').filter(Boolean)
}

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false })
const judgeGitLab = ajv.compile(gitlabSchema)

// merged lays a job over what it extends, as GitLab does: objects in each other,
// all else in place of what was there.
function merged(base, over) {
  const plain = v => v !== null && typeof v === 'object' && !Array.isArray(v)
  return plain(base) && plain(over) ? Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].map(k => [k, k in over ? merged(base[k], over[k]) : base[k]])) : over
}

// The schema lets hidden jobs hold anything, so it is asked about those that
// extend them.
export function gitLab(text) {
  const { complaints, value } = yaml(text)
  if (complaints.length > 0) return complaints
  for (const [name, job] of Object.entries(value)) {
    if (typeof job?.extends !== 'string') continue
    if (!value[job.extends]) return [`/${name}/extends: there is no ${job.extends}`]
    value[name] = merged(value[job.extends], job)
  }
  return judgeGitLab(value) ? [] : judgeGitLab.errors.map(e => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`)
}

export function container(text) {
  return dockerfile.validate(text).map(d => `line ${d.range.start.line + 1}: ${d.message}`)
}

const pipelineKeys = ['name', 'trigger', 'pr', 'schedules', 'parameters', 'variables', 'pool', 'resources', 'stages', 'jobs', 'steps', 'lockBehavior', 'appendCommitMessageToRunName']
const jobKeys = ['job', 'displayName', 'dependsOn', 'condition', 'continueOnError', 'timeoutInMinutes', 'cancelTimeoutInMinutes', 'variables', 'strategy', 'pool', 'container', 'services', 'workspace', 'uses', 'steps', 'templateContext']
const stepKinds = { bash: ['failOnStderr', 'workingDirectory'], script: ['failOnStderr', 'workingDirectory'], pwsh: ['errorActionPreference', 'failOnStderr', 'workingDirectory'], task: ['inputs'], checkout: ['clean', 'fetchDepth', 'fetchTags', 'lfs', 'persistCredentials', 'submodules', 'path'], publish: ['artifact'], download: ['artifact', 'patterns', 'path'] }
const everyStep = ['name', 'displayName', 'condition', 'continueOnError', 'enabled', 'env', 'timeoutInMinutes', 'retryCountOnTaskFailure', 'target']

const unknown = (at, object, allowed) => Object.keys(object).filter(k => !allowed.includes(k)).map(k => `${at}: there is no ${k}`)

function azureStep(at, step) {
  const kinds = Object.keys(stepKinds).filter(k => k in step)
  if (kinds.length !== 1) return [`${at}: expected one of ${Object.keys(stepKinds)}, got ${Object.keys(step)}`]
  const [kind] = kinds
  const complaints = unknown(at, step, [kind, ...stepKinds[kind], ...everyStep])
  if (kind === 'task' && !/^[A-Za-z0-9.]+@\d+$/.test(step.task)) complaints.push(`${at}: a task is NAME@VERSION, not ${step.task}`)
  return complaints
}

export function azure(text) {
  const { complaints, value } = yaml(text)
  if (complaints.length > 0) return complaints
  complaints.push(...unknown('pipeline', value, pipelineKeys))
  const names = new Set()
  for (const job of value.jobs ?? []) {
    const at = `job ${job.job}`
    complaints.push(...unknown(at, job, jobKeys))
    if (names.has(job.job)) complaints.push(`${at}: a second job of that name`)
    names.add(job.job)
    if (!job.steps?.length) complaints.push(`${at}: it has no steps`)
    job.steps?.forEach((step, i) => complaints.push(...azureStep(`${at}, step ${i + 1}`, step)))
  }
  if (names.size === 0) complaints.push('pipeline: it has no jobs')
  return complaints
}

await Parser.init()
const groovy = new Parser()
groovy.setLanguage(await Language.load(readFileSync(createRequire(import.meta.url).resolve('tree-sitter-groovy/tree-sitter-groovy.wasm'))))

// What a declarative pipeline may hold, by the section that holds it.
const sections = {
  pipeline: ['agent', 'environment', 'options', 'parameters', 'post', 'stages', 'tools', 'triggers', 'libraries'],
  stages: ['stage'],
  stage: ['agent', 'environment', 'options', 'post', 'stages', 'steps', 'tools', 'when', 'input', 'parallel', 'matrix', 'failFast'],
  post: ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup'],
}

export function jenkins(text) {
  const complaints = []
  const at = node => `line ${node.startPosition.row + 1}`
  const walk = (node, within) => {
    if (node.isError || node.isMissing) complaints.push(`${at(node)}: no Groovy at ${node.text.slice(0, 40)}`)
    let inside = within
    if (node.type === 'method_invocation' || node.type === 'juxt_function_call') {
      const name = node.childForFieldName('name')?.text
      if (sections[within] && !sections[within].includes(name)) complaints.push(`${at(node)}: ${within} has no ${name}`)
      inside = name
    }
    for (const child of node.children) walk(child, inside)
  }
  const root = groovy.parse(text).rootNode
  walk(root, '')
  const top = root.namedChildren.filter(n => !n.type.endsWith('comment')).map(n => n.text.split(/\W/)[0])
  if (top.length !== 1 || top[0] !== 'pipeline') complaints.push(`expected one pipeline, got ${top}`)
  for (const section of ['agent', 'stages']) {
    if (!new RegExp(`^ {4}${section} `, 'm').test(text)) complaints.push(`the pipeline has no ${section}`)
  }
  return complaints
}
