// Runs a workflow with Step CI's own runner, and writes the numbers of the steps
// that failed: its command line prints them for people alone.
import { readFileSync, writeFileSync } from "node:fs";
import runner from "@stepci/runner";

const [file, report] = process.argv.slice(2);
const { result } = await runner.runFromYAML(readFileSync(file, "utf8"));
const failed = result.tests.flatMap((test) => test.steps.filter((step) => !step.passed).map((step) => Number(step.name)));
writeFileSync(report, JSON.stringify(failed));
