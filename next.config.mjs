import path from "node:path";
import { fileURLToPath } from "node:url";
import createNextIntlPlugin from "next-intl/plugin";

/** @type {import('next').NextConfig} */
const config = {
  // What a release has of the portal (scripts/release/portal-folder.ts). Here `npm run start:portal` uses the build itself.
  output: "standalone",
  outputFileTracingRoot: path.dirname(fileURLToPath(import.meta.url)),
  poweredByHeader: false,
  reactStrictMode: true,
  // No page needs the image optimizer, and its address takes text from anyone: it answers 404.
  images: { unoptimized: true },
  // proxy.ts gives every page its policy and does not run for these, whose missing files are answered with a page.
  headers: async () => [
    {
      source: "/_next/static/:path*",
      headers: [
        {
          key: "content-security-policy",
          value: "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        },
        { key: "x-content-type-options", value: "nosniff" },
        { key: "x-frame-options", value: "DENY" },
      ],
    },
  ],
  typedRoutes: false,
  agentRules: false,
  // Without it Next takes the nearest lockfile above a checkout inside another project.
  turbopack: {
    root: path.dirname(fileURLToPath(import.meta.url)),
    // A browser has no node:crypto: whatever of lib/crypto runs there takes its primitives from @noble.
    resolveAlias: {
      zod: { browser: "./components/client/zod-in-browser.ts" },
      "./primitives": { browser: "./lib/crypto/primitives.browser.ts" },
      "../primitives": { browser: "./lib/crypto/primitives.browser.ts" },
      "../primitives-stream": { browser: "./lib/crypto/primitives-stream.browser.ts" },
      "./primitives-stream": { browser: "./lib/crypto/primitives-stream.browser.ts" },
      "@/lib/crypto/primitives-stream": { browser: "./lib/crypto/primitives-stream.browser.ts" },
      "@/lib/crypto/primitives": { browser: "./lib/crypto/primitives.browser.ts" },
    },
  },
  // Loaded by Node from node_modules: they read files of their own or start threads.
  serverExternalPackages: [
    // Its calendars are large, and loaded only when hours are set.
    "date-holidays",
    // Large, and loaded only where keys are in AWS KMS.
    "@aws-sdk/client-kms",
    // WebAssembly, loaded from its own file after a flag of V8 (lib/access/policy/cedar.ts).
    "@cedar-policy/cedar-wasm",
    "@prisma/client",
    "@prisma/adapter-pg",
    "@prisma/driver-adapter-utils",
    // Loaded only where traces are on.
    "@opentelemetry/api",
    "@opentelemetry/exporter-trace-otlp-http",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace-node",
    "ioredis",
    "pg",
    "pg-copy-streams",
    // It reads the colour profile of an evidence file from its own folder.
    "pdfkit",
    "pino",
    // One registry for the whole process.
    "prom-client",
    "rate-limiter-flexible",
  ],
  // `npm run check` holds the types, tests included; a build on a server has no development packages.
  typescript: { ignoreBuildErrors: true },
  // A page that reloads while the connection is down waits for it. Otherwise the browser's error page would replace it,
  // with everything that was typed in it.
  experimental: {
    useOffline: true,
    // No log of the product reads source maps: they were three quarters of the build.
    turbopackSourceMaps: false,
    serverSourceMaps: false,
    // Each page is loaded when it is first asked for; loading all at the start doubled the memory.
    preloadEntriesOnStart: false,
    // A build on a server is made once; keeping what it could reuse costs time and more room than the build.
    turbopackFileSystemCacheForBuild: false,
  },
};

const withWording = createNextIntlPlugin({
  requestConfig: "./components/messages/request.ts",
  // Wording is parsed at build time, so that no page carries the parser of ICU messages.
  experimental: {
    messages: {
      path: ["./components/messages/en", "./components/messages/de"],
      format: "json",
      locales: ["en", "de"],
      sourceLocale: "en",
      precompile: true,
    },
  },
});

export default withWording(config);
