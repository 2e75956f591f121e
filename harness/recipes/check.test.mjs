// Each recipe has no fault, and each of its checks finds one that is put in.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { azure, container, gitHub, gitLab, jenkins } from './check.mjs'

const kinds = {
  'ci/github-actions.yml': [gitHub, [
    ['runs-on: ubuntu-24.04', 'runs_on: ubuntu-24.04'],
    ["if: steps.run.outputs.status == '3'", "if: steps.ran.outputs.status == '3'"],
    ['cron: "17 2 * * *"', 'cron: "17 25 * * *"'],
    ['          key: obconform-baseline-${{ github.run_id }}\n          restore-keys', '          restore-keys'],
    ['checks: write', 'checks: wrote'],
  ]],
  'ci/gitlab-ci.yml': [gitLab, [
    ['allow_failure:', 'allow_failures:'],
    ['      - 3', '      - three'],
    ['extends: .obconform', 'extends: .obkonform'],
    ['      junit: reports/junit.xml', '      junit: 3'],
    ['    paths:\n      - baseline/\n    when: always', '    paths:\n      - baseline/\n    when: never'],
    ['  stage: test\n', '  stage: test\n  stage: test\n'],
  ]],
  'ci/github-matrix.yml': [gitHub, [
    ['needs: [plan, shard]', 'needs: [plan, shards]'],
    ['fromJSON(needs.plan.outputs.matrix)', 'fromJSON(needs.plan.outputs.matrices)'],
    ["secrets[matrix.secrets['client.id']]", "secrets[matrix.secrets['client.id']"],
    ['fail-fast: false', 'fail_fast: false'],
  ]],
  // What 'obconform matrix' prints of its sample.
  'matrix/testdata/gitlab.yml': [gitLab, [
    ['allow_failure:', 'allow_failures:'],
    ['exit_codes:', 'exits:'],
    ['    matrix:\n', '    matrices:\n'],
    ['nightly yorkshire sandbox basic:', 'nightly virgin-money sandbox basic:'],
  ]],
  'ci/azure-pipelines.yml': [azure, [
    ['jobs:', 'job:'],
    ['    condition: in(', '    conditions: in('],
    ['- task: PublishTestResults@2', '- task: PublishTestResults'],
    ['      - publish: reports\n', '      - publishes: reports\n'],
    ['- job: sandbox', '- job: client'],
    ['trigger:', 'trigger:\ntrigger:'],
  ]],
  'ci/Jenkinsfile': [jenkins, [
    ['        stage(', '        stages('],
    ['            post {', '            posts {'],
    ["unstable('The sandbox could not be judged')", "unstable('The sandbox could not be judged'"],
    ['    agent ', '    agents '],
    ['        always {', '        allways {'],
    ['\n}\n', '\n'],
  ]],
  Containerfile: [container, [
    ['FROM scratch', 'FORM scratch'],
    ['WORKDIR /data', 'WORKDIR data'],
    ['ENTRYPOINT ["/obconform"]', "ENTRYPOINT ['/obconform']"],
    ['COPY --from=files /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt', 'COPY --from=files'],
    ['USER 65532:65532', 'USER'],
  ]],
}

for (const [name, [check, faults]] of Object.entries(kinds)) {
  const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
  test(`${name} has no fault`, () => assert.deepEqual(check(text), []))
  for (const [right, wrong] of faults) {
    test(`${name} with ${JSON.stringify(wrong)}`, () => {
      const broken = text.replace(right, () => wrong)
      assert.notEqual(broken, text, 'the case breaks nothing')
      assert.notDeepEqual(check(broken), [])
    })
  }
}
