import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * A vitest reporter for errors outside of any test (an unhandled rejection, a connection's error event): they fail the
 * run, and no other report has them. `npm test` prints them at its end.
 */
export default class ErrorsReporter {
  onTestRunEnd(modules, errors) {
    const project = modules[0]?.project.name ?? "unknown";
    const text = errors.map(({ name, message, stack }) => `${name ?? "Error"}: ${message} ${stack ?? ""}`);
    mkdirSync("test-results", { recursive: true });
    writeFileSync(path.join("test-results", `${project}.errors.json`), JSON.stringify(text));
  }
}
