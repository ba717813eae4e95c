import { type Browser, type CDPSession, chromium, type Page } from "@playwright/test";
import { readDemo } from "@/e2e/support/api";
import { signIn } from "@/e2e/support/sign-in";
import { findBrowser } from "@/lib/testing/instance/browser";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { fillRecords } from "./fill-records";
import { against as againstLimit, type Figure } from "./measure";

const RUNS = 5;
const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 10_000);
const LOG_PAGES = 24;
const VIEWPORT = { width: 1440, height: 900 };

interface Visit {
  /** Scripts requested until the page's load event: what its first load needs. */
  readonly scriptBytes: number;
  /** Scripts that the page fetched later, e.g. to draw an order. */
  readonly laterBytes: number;
  readonly lcpMs: number;
  readonly cls: number;
  /** Longest task of the page's main thread; none below 50 ms is reported. */
  readonly longestTaskMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly args?: { readonly frame?: string; readonly data?: Record<string, unknown> };
}

function isTraceEvent(value: unknown): value is TraceEvent {
  return typeof value === "object" && value !== null && "name" in value && "ts" in value;
}

/** Returns Chromium's own trace of one visit: navigation start, LCP candidates and layout shifts. */
async function trace(cdp: CDPSession, run: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }) => events.push(...value.filter(isTraceEvent));
  cdp.on("Tracing.dataCollected", collect);
  await cdp.send("Tracing.start", { categories: "loading,blink.user_timing,devtools.timeline" });
  await run();
  const done = new Promise<void>((resolve) => cdp.once("Tracing.tracingComplete", () => resolve()));
  await cdp.send("Tracing.end");
  await done;
  cdp.off("Tracing.dataCollected", collect);
  return events;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Returns LCP and CLS of the document's own navigation; frames and later navigations have other ids. */
function figuresOf(events: readonly TraceEvent[]): { lcpMs: number; cls: number } | undefined {
  const start = events.findLast(
    ({ name, args }) =>
      name === "navigationStart" && String(args?.data?.documentLoaderURL ?? "").startsWith("http"),
  );
  const id = start?.args?.data?.navigationId;
  const candidates = events.filter(
    ({ name, args }) => name === "largestContentfulPaint::Candidate" && args?.data?.navigationId === id,
  );
  if (start === undefined || candidates.length === 0) return undefined;
  const shifts = events.filter(
    ({ name, ts, args }) => name === "LayoutShift" && ts >= start.ts && args?.data?.had_recent_input !== true,
  );
  return {
    lcpMs: (Math.max(...candidates.map(({ ts }) => ts)) - start.ts) / 1000,
    cls: shifts.reduce((sum, { args }) => sum + numberOf(args?.data?.score), 0),
  };
}

/**
 * Waits until the browser has reported a largest paint, and then one second. Returns the longest task so far, in
 * milliseconds.
 */
function settle(page: Page): Promise<number> {
  return page.evaluate(async () => {
    await new Promise<void>((resolve) => {
      new PerformanceObserver(() => resolve()).observe({ type: "largest-contentful-paint", buffered: true });
    });
    const tasks: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return Math.max(0, ...tasks);
  });
}

/** Makes one first visit with an empty cache: bytes of script as sent, and what Chromium traced. */
async function visitOnce(page: Page, url: string): Promise<Visit | undefined> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.clearBrowserCache");
  await cdp.send("Page.enable");
  const scripts = new Map<string, "scriptBytes" | "laterBytes">();
  const bytes = { scriptBytes: 0, laterBytes: 0 };
  let when: keyof typeof bytes = "scriptBytes";
  cdp.on("Page.loadEventFired", () => {
    when = "laterBytes";
  });
  cdp.on("Network.requestWillBeSent", ({ type, requestId }) => {
    if (type === "Script") scripts.set(requestId, when);
  });
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const part = scripts.get(requestId);
    if (part !== undefined) bytes[part] += encodedDataLength;
  });
  let longestTaskMs = 0;
  const events = await trace(cdp, async () => {
    await page.goto(url, { waitUntil: "load" });
    longestTaskMs = await settle(page);
  });
  await cdp.detach();
  const figures = figuresOf(events);
  return figures === undefined ? undefined : { ...bytes, ...figures, longestTaskMs };
}

/** Makes a visit, and repeats it if Chromium dropped the trace of a new renderer, as it does now and then. */
async function visit(page: Page, url: string): Promise<Visit> {
  for (let tries = 0; tries < 5; tries += 1) {
    const seen = await visitOnce(page, url);
    if (seen !== undefined) return seen;
  }
  throw new Error(`no trace of ${url} has a largest paint`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measure(page: Page, name: string, url: string): Promise<Figure[]> {
  const visits: Visit[] = [];
  for (let run = 0; run < RUNS; run += 1) visits.push(await visit(page, url));
  const of = (pick: (one: Visit) => number) => median(visits.map(pick));
  const against = (what: string, value: number, limit: number, unit: string): Figure =>
    againstLimit("portal", `${name}: ${what}`, { value, limit, unit });
  return [
    against("script", of((one) => one.scriptBytes) / 1000, 180, "kB"),
    ...(visits.some((one) => one.laterBytes > 0)
      ? [{ ...against("script after load", of((one) => one.laterBytes) / 1000, 180, "kB"), goal: "" }]
      : []),
    against("LCP", of((one) => one.lcpMs) / 1000, 1.5, "s"),
    against(
      "CLS",
      of((one) => one.cls),
      0.05,
      "",
    ),
    against(
      "longest task",
      of((one) => one.longestTaskMs),
      50,
      "ms",
    ),
  ];
}

/** Pages to measure, each with the person who visits it. Of each list the page of its first item is measured too. */
const PAGES: readonly (readonly [
  handle: string | undefined,
  paths: readonly string[],
  lists: readonly string[],
])[] = [
  [undefined, ["/", "/sign-in", "/trust", "/status", "/help", "/tour"], []],
  [
    "regulator-001",
    [
      "/",
      "/requests",
      "/requests/new",
      "/grants",
      "/transactions",
      "/audit",
      "/audit/exports",
      "/audit/retention",
      "/audit/holds",
      "/account/security",
    ],
    ["/requests", "/grants", "/transactions"],
  ],
  ["coordinator-001:approve", ["/", "/keys"], []],
  ["coordinator-001:compliance", ["/audit/erasures", "/audit/suspicions"], []],
  ["coordinator-001:legal", [], ["/requests"]],
  ["coordinator-001:support", ["/", "/disputes"], ["/disputes"]],
  ["client-456", ["/", "/transactions/new", "/keys/register"], ["/keys"]],
];

async function firstDetail(page: Page, baseUrl: string, list: string): Promise<string | undefined> {
  await page.goto(new URL(list, baseUrl).href);
  const links = await page
    .locator("main a[href]")
    .evaluateAll((all) =>
      all.map((link) => (link instanceof HTMLAnchorElement ? new URL(link.href).pathname : "")),
    );
  return links.find((path) => new RegExp(`^${list}/[0-9a-f-]{36}$`).test(path));
}

async function measurePerson(
  browser: Browser,
  instance: RunningInstance,
  [handle, paths, lists]: (typeof PAGES)[number],
): Promise<Figure[]> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  if (handle !== undefined) await signIn(page, handle, readDemo(instance.dataDir));
  const figures: Figure[] = [];
  const who = handle ?? "anyone";
  for (const path of paths)
    figures.push(...(await measure(page, `${who} ${path}`, new URL(path, instance.baseUrl).href)));
  for (const list of lists) {
    const detail = await firstDetail(page, instance.baseUrl, list);
    if (detail !== undefined)
      figures.push(...(await measure(page, `${who} ${list}/[id]`, new URL(detail, instance.baseUrl).href)));
  }
  await context.close();
  return figures;
}

/** Returns the longest task of the page so far, after its reader scrolled to the end. */
function scrolled(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
    for (let y = 0; y <= document.documentElement.scrollHeight; y += 200) {
      window.scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    return Math.max(0, ...tasks);
  });
}

/** Reads a long log page after page, each to its end, and returns the longest task. */
async function measureLog(browser: Browser, instance: RunningInstance): Promise<Figure> {
  await fillRecords(instance, ENTRIES);
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await signIn(page, "auditor-001", readDemo(instance.dataDir));
  await page.goto(new URL("/audit", instance.baseUrl).href);
  let value = 0;
  for (let at = 0; at < LOG_PAGES; at += 1) {
    value = Math.max(value, await scrolled(page));
    const address = page.url();
    await page.getByRole("link", { name: "Older", exact: true }).click();
    await page.waitForURL((url) => url.href !== address);
  }
  await context.close();
  const name = `log of ${ENTRIES} entries, ${LOG_PAGES} pages: longest task`;
  return againstLimit("portal", name, { value, limit: 50, unit: "ms" });
}

/** Measures script size, LCP, CLS and longest task of each page of the production build in Chromium, each against its limit. */
export async function benchPortal(): Promise<Figure[]> {
  const instance = await startInstance({ env: { RATE_BUDGETS: '{"reads":100000,"sign_in":1000}' } });
  const browser = await chromium.launch({ executablePath: findBrowser() });
  try {
    const figures: Figure[] = [];
    for (const person of PAGES) figures.push(...(await measurePerson(browser, instance, person)));
    return [...figures, await measureLog(browser, instance)];
  } finally {
    await browser.close();
    await instance.stop();
  }
}
