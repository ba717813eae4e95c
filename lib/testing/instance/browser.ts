import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

/** The headless shell comes first: without a window to draw, it takes a third of the browser's CPU time for the same pages. */
const SYSTEM_BROWSERS = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

function found(): string | undefined {
  const named = process.env.SEALPORT_BROWSER ?? process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`the browser ${named} that SEALPORT_BROWSER names does not exist`);
  }
  return [...SYSTEM_BROWSERS, chromium.executablePath()].find((file) => existsSync(file));
}

function isDebianRoot(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return false;
  return /debian|ubuntu/i.test(readFileSync("/etc/os-release", "utf8"));
}

/**
 * Returns the browser of the end-to-end tests: the one that SEALPORT_BROWSER names, the system's Chromium or Playwright's own. As root on
 * Debian it installs one if none exists.
 */
export function findBrowser(): string {
  const present = found();
  if (present !== undefined) return present;
  if (isDebianRoot()) {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env: environment });
    for (const name of ["chromium-headless-shell", "chromium"]) {
      const install = ["install", "-y", "-qq", "--no-install-recommends", name];
      spawnSync("apt-get", install, { stdio: "inherit", env: environment });
      const installed = found();
      if (installed !== undefined) return installed;
    }
  }
  throw new Error(
    "no browser for the end-to-end tests: install Chromium (Debian: apt-get install chromium-headless-shell) or set SEALPORT_BROWSER to one",
  );
}
