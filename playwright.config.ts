import { defineConfig } from "@playwright/test";
import { findBrowser } from "./lib/testing/browser";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/global-setup.ts",
  // One instance serves all specs; stories do not share participants' state, but budgets and the log are shared.
  workers: 1,
  retries: 0,
  timeout: 180_000,
  // A watchdog, generous under load; where a story promises a time it says so itself.
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
  outputDir: "test-results/e2e",
  use: {
    launchOptions: { executablePath: findBrowser() },
    trace: "retain-on-failure",
  },
});
