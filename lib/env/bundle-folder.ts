import "server-only";

/** Each bundle of a release begins with a line that sets this (scripts/release/bundles.ts). */
export const BUNDLE_FOLDER = "sealport.bundle-folder";

/**
 * Returns the folder of the bundle that runs, with the files that it opens: its migrations, the program of a token.
 * Undefined in a checkout and in the portal, whose working folder is the program's.
 */
export function bundleFolder(): string | undefined {
  const folder: unknown = Reflect.get(globalThis, Symbol.for(BUNDLE_FOLDER));
  return typeof folder === "string" ? folder : undefined;
}
