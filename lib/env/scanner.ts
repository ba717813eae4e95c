import "server-only";
import { z } from "zod";

const Text = z.string().min(1);

/**
 * Where clamd listens: CLAMD_SOCKET, an absolute path, or CLAMD_HOST with CLAMD_PORT. Without both, documents are not
 * scanned.
 */
export const scannerFields = {
  CLAMD_SOCKET: Text.refine((path) => path.startsWith("/"), "not an absolute path").optional(),
  CLAMD_HOST: Text.optional(),
  CLAMD_PORT: z.coerce.number().int().min(1).max(65_535).default(3310),
};

/** The same variables as unparsed texts, as the launcher passes them to its parts. */
export const scannerTexts = {
  CLAMD_SOCKET: Text.optional(),
  CLAMD_HOST: Text.optional(),
  CLAMD_PORT: Text.optional(),
};

/** An address of clamd, as node:net takes it. */
export type ScannerAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Returns the address that these variables name; a socket takes precedence over a host. Undefined without both. */
export function scannerAddress(env: {
  readonly CLAMD_SOCKET?: string | undefined;
  readonly CLAMD_HOST?: string | undefined;
  readonly CLAMD_PORT: number;
}): ScannerAddress | undefined {
  if (env.CLAMD_SOCKET !== undefined) return { path: env.CLAMD_SOCKET };
  if (env.CLAMD_HOST !== undefined) return { host: env.CLAMD_HOST, port: env.CLAMD_PORT };
  return undefined;
}
