import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./lib/testing/instance/browser";

export default defineConfig({
  testDir: "e2e",
  // vitest runs e2e/programs, which need no browser.
  testIgnore: "programs/**",
  // `npm run test:deep` runs them all, and more workers than `npm test` would only compete for the same processors.
  ...(process.env.SEALPORT_DEEP === "1" ? {} : { grepInvert: /@deep/ }),
  globalSetup: "./e2e/global-setup.ts",
  // Each worker has an instance of its own, which serves its specs one after the other.
  workers: Math.min(2, availableParallelism()),
  // One slow moment does not throw a run away. A test that fails twice fails, and the run's summary names those that failed once.
  retries: 1,
  timeout: 300_000,
  // Watchdogs, generous under load; where a story promises a time it says so itself.
  expect: { timeout: 60_000, toPass: { timeout: 120_000 } },
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
  outputDir: "test-results/e2e",
  use: {
    // A control that is not there fails the test within this time, not at the end of the test's own.
    actionTimeout: 60_000,
    launchOptions: { executablePath: findBrowser() },
    // Recording a page costs as much as showing it, so only a repeated test is recorded. A failure always leaves its page as text.
    trace: "on-first-retry",
  },
});
