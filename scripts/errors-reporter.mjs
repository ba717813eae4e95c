import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * A vitest reporter that keeps what no test is to blame for (a rejection nobody waited for, a connection's error event):
 * it fails the run and stands in no other report. `npm test` names it at its end.
 */
export default class ErrorsReporter {
  onTestRunEnd(modules, errors) {
    const project = modules[0]?.project.name ?? "unknown";
    const told = errors.map(({ name, message, stack }) => `${name ?? "Error"}: ${message} ${stack ?? ""}`);
    mkdirSync("test-results", { recursive: true });
    writeFileSync(path.join("test-results", `${project}.errors.json`), JSON.stringify(told));
  }
}
