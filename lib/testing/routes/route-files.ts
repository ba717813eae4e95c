import { readdirSync } from "node:fs";
import path from "node:path";
import { type Binding, type Endpoint, endpointAt, type Params } from "@/lib/http/endpoint/bind";
import { callOf } from "@/lib/http/endpoint/call-request";
import { answerCall } from "@/lib/http/endpoint/endpoint";
import { responseOf } from "@/lib/http/endpoint/http-answer";
import { handlersOf } from "@/lib/http/endpoint/serve";

/** A handler as Next calls it. */
export type RouteHandler = (
  request: Request,
  route: { readonly params: Promise<Record<string, string | string[]>> },
) => Promise<Response> | Response;

/** One `route.ts` or `endpoint.ts` and its address, with `{name}` for parameters. */
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

/** Returns every route and endpoint of the app, read from the disk, so that an undeclared file is found too. */
export function routeFiles(): readonly RouteFile[] {
  const app = path.join(ROOT, "app");
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((name) => /^(?:route|endpoint)\.[cm]?[jt]sx?$/.test(path.basename(name)))
    .map((name) => ({ file: path.join(app, name), path: addressOf(name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Answers a Request as the portal does at this endpoint. */
export async function answerRequest(
  endpoint: Endpoint,
  request: Request,
  params: Params = {},
): Promise<Response> {
  return responseOf(await answerCall(endpoint, callOf(request), params));
}

/** Returns handlers of an endpoint by method, as a route file has them. */
export function handlersAt(endpoint: Endpoint) {
  return handlersOf(async (request: Request, route: { readonly params: Promise<Params> }) =>
    answerRequest(endpoint, request, await route.params),
  );
}

/** The same for operations that only a test has. */
export function serve(path: string, bindings: readonly Binding[]) {
  return handlersAt(endpointAt(path, bindings));
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "bindings" in value;
}

/** Returns what answers a method in a route or endpoint file. Throws if there is none. */
export async function loadHandler(file: RouteFile, method: string): Promise<RouteHandler> {
  const module: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ file.file);
  const handlers: Readonly<Record<string, unknown>> = isEndpoint(module.endpoint)
    ? handlersAt(module.endpoint)
    : module;
  const handler = handlers[method];
  if (typeof handler !== "function") throw new TypeError(`${file.path} answers no ${method}`);
  return async (request, route) => {
    const response: unknown = await handler(request, route);
    if (!(response instanceof Response)) throw new TypeError(`${file.path} did not answer`);
    return response;
  };
}
