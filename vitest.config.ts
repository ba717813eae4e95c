import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = path.dirname(fileURLToPath(import.meta.url));
const alias = {
  "@": root,
  "server-only": path.join(root, "node_modules/server-only/empty.js"),
};

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.integration.test.ts", "e2e/**", ".next/**"],
          testTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          include: ["**/*.integration.test.ts"],
          exclude: ["**/node_modules/**", "e2e/**", ".next/**"],
          globalSetup: ["./lib/testing/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each test makes its own database on one server; more than two at once only wait for each other's disk.
          maxWorkers: 2,
        },
      },
    ],
  },
});
