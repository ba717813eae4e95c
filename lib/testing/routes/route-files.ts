import { readdirSync } from "node:fs";
import path from "node:path";

/** A handler as Next calls it. */
export type RouteHandler = (
  request: Request,
  route: { readonly params: Promise<Record<string, string | string[]>> },
) => Promise<Response> | Response;

/** One `route.ts` and its address, with `{name}` for parameters. */
export interface RouteFile {
  readonly file: string;
  readonly path: string;
}

const ROOT = path.resolve(import.meta.dirname, "../../..");

function addressOf(file: string): string {
  const folders = path
    .dirname(file)
    .split(path.sep)
    // A folder in parentheses groups pages and is not part of an address.
    .filter((name) => !/^\(.*\)$/.test(name));
  return `/${folders.map((name) => name.replace(/^\[{1,2}(?:\.\.\.)?([^\]]+)\]{1,2}$/, "{$1}")).join("/")}`;
}

/** Returns every route file of the app, read from the disk, so that an undeclared file is found too. */
export function routeFiles(): readonly RouteFile[] {
  const app = path.join(ROOT, "app");
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((name) => /^route\.[cm]?[jt]sx?$/.test(path.basename(name)))
    .map((name) => ({ file: path.join(app, name), path: addressOf(name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Returns the handler that a route file exports for a method. Throws if there is none. */
export async function loadHandler(file: RouteFile, method: string): Promise<RouteHandler> {
  const module: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ file.file);
  const handler = module[method];
  if (typeof handler !== "function") throw new TypeError(`${file.path} answers no ${method}`);
  return async (request, route) => {
    const response: unknown = await handler(request, route);
    if (!(response instanceof Response)) throw new TypeError(`${file.path} did not answer`);
    return response;
  };
}
