import { existsSync, statSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { ApiProblem } from "@/lib/api-client/client/client";
import { getCallingKey } from "@/lib/api-client/operations/api-keys";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { CallingKey } from "@/lib/identity/api-keys/schema";
import type { CommandSpec, Cx, Target } from "./command";
import { configFile, isInTheClear } from "./config";
import { describeFailure } from "./describe-failure";
import { CliError, EXIT } from "./exit";
import { modeText, openness } from "./private-file";
import { publicHalf } from "./signing-key";
import { VERSION } from "./version";

export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail";
  readonly detail: string;
  /** The exit status that the finding alone would have; 1 by default. */
  readonly exit?: number;
}

/** How far a signed call may be ahead of the portal's clock (docs/guides/signed-calls.md). */
const AHEAD_MS = 60_000;
const BEHIND_MS = 300_000;
const NOTED_MS = 5_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
const PATIENCE_MS = 15_000;

/** Returns what a difference of clocks, ours minus the portal's, means for calls. */
export function judgeSkew(skewMs: number): Finding {
  const words = `${Math.abs(Math.round(skewMs / 1000))} s ${skewMs < 0 ? "behind" : "ahead of"} the portal's clock`;
  if (skewMs > AHEAD_MS || skewMs < -BEHIND_MS)
    return { check: "clock", state: "fail", detail: `${words}: signed calls are refused` };
  return { check: "clock", state: Math.abs(skewMs) > NOTED_MS ? "warn" : "ok", detail: words };
}

/** How long something still lasts. */
export function judgeEnd(check: string, until: Date, nowMs: number, what: string): Finding {
  const days = Math.floor((until.getTime() - nowMs) / DAY_MS);
  const at = until.toISOString().slice(0, 10);
  if (until.getTime() <= nowMs) return { check, state: "fail", detail: `${what} ended on ${at}` };
  return {
    check,
    state: days < SOON_DAYS ? "warn" : "ok",
    detail: `${what} lasts until ${at}, ${days} days`,
  };
}

function lookAtFiles(cx: Cx): Finding[] {
  const file = configFile(cx.host);
  if (!existsSync(file)) return [{ check: "configuration", state: "ok", detail: `${file} does not exist` }];
  return [cx.host.configFolder, file].map((place): Finding => {
    const facts = statSync(place);
    const wrong = openness(facts);
    const detail = wrong === undefined ? `${place} has mode ${modeText(facts.mode)}` : `${place} ${wrong}`;
    return { check: "configuration", state: wrong === undefined ? "ok" : "fail", detail };
  });
}

/** The certificate as this machine sees it; only for https. */
function lookAtTls(target: Target): Promise<Finding> {
  const { hostname, port } = new URL(target.url);
  return new Promise((resolve) => {
    const socket = connectTls(
      { host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 443), servername: hostname },
      () => {
        const { valid_to } = socket.getPeerCertificate();
        const found = judgeEnd(
          "tls",
          new Date(valid_to),
          Date.now(),
          `${socket.getProtocol() ?? "TLS"}; the certificate`,
        );
        socket.end();
        resolve(found);
      },
    );
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("no answer")));
    socket.on("error", (error) => resolve({ check: "tls", state: "fail", detail: error.message, exit: 7 }));
  });
}

async function fetchJson(
  url: string,
): Promise<{ headers: Headers; body: Record<string, unknown>; status: number }> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
  const body: unknown = await response.json().catch(() => ({}));
  return { headers: response.headers, body: Object(body), status: response.status };
}

function failed(check: string, error: unknown, url: string): Finding {
  const failure = describeFailure(error, url);
  return { check, state: "fail", detail: failure.lines.join(" · "), exit: failure.exit };
}

/** Whether the portal answers, is ready, and by which clock. */
async function lookAtPortal(url: string): Promise<Finding[]> {
  try {
    const { headers, body, status } = await fetchJson(`${url}/readyz`);
    const date = Date.parse(headers.get("date") ?? "");
    const degraded = Array.isArray(body.degraded) ? body.degraded.map(String) : [];
    const isReady = status === 200 && body.ready === true;
    const words = degraded.length === 0 ? "" : `; not well: ${degraded.join(", ")}`;
    return [
      isReady
        ? { check: "portal", state: degraded.length === 0 ? "ok" : "warn", detail: `${url} is ready${words}` }
        : { check: "portal", state: "fail", detail: `${url} is not ready (${status})${words}`, exit: 7 },
      // The header has no fractions: half a second is the best guess.
      ...(Number.isNaN(date) ? [] : [judgeSkew(Date.now() - date - 500)]),
    ];
  } catch (error) {
    return [failed("portal", error, url)];
  }
}

async function lookAtVersions(url: string): Promise<Finding> {
  const own = `command line ${VERSION}, Node ${process.versions.node}`;
  try {
    const { body } = await fetchJson(`${url}/openapi.json`);
    const theirs = String(Object(body.info).version ?? "unknown");
    return {
      check: "versions",
      state: theirs === VERSION ? "ok" : "warn",
      detail: `${own}, portal ${theirs}`,
    };
  } catch {
    return { check: "versions", state: "warn", detail: `${own}, portal unknown` };
  }
}

function lookAtSigning(key: CallingKey, target: Target): Finding {
  if (target.signing === undefined) {
    const isAsked = key.scopes.some((scope) => ["disclose", "export", "decide"].includes(scope));
    const detail = "calls are not signed";
    return isAsked
      ? { check: "signing", state: "warn", detail: `${detail}; outside evaluation this key must sign` }
      : { check: "signing", state: "ok", detail };
  }
  const own = publicHalf(fromBase64url(target.signing.private_key));
  if (key.signing_key !== own)
    return { check: "signing", state: "fail", detail: `the API key names another public key than ${own}` };
  return {
    check: "signing",
    state: key.signed ? "ok" : "warn",
    detail: key.signed ? "calls are signed, and accepted" : "the key matches; this call was not signed",
  };
}

/** The key's scopes, its end, and whether the profile's signing key is the one it names. */
async function lookAtKey(cx: Cx, target: Target): Promise<Finding[]> {
  try {
    const key = await cx.connect().call(getCallingKey, {});
    const who = `${key.prefix} of ${key.holder}, ${key.role}`;
    const addresses = key.addresses.length === 0 ? "" : `; only from ${key.addresses.join(", ")}`;
    const end: Finding =
      key.expires_at === null
        ? { check: "key end", state: "warn", detail: "the key does not expire" }
        : judgeEnd("key end", new Date(key.expires_at), Date.now(), "the key");
    return [
      { check: "key", state: "ok", detail: `${who}: ${key.scopes.join(", ")}${addresses}` },
      end,
      lookAtSigning(key, target),
    ];
  } catch (error) {
    // An older portal has no such call; its refusal shows that it knows the key.
    if (error instanceof ApiProblem && error.code === "request.not-found")
      return [{ check: "key", state: "warn", detail: "accepted; this portal does not show its scopes" }];
    return [failed("key", error, target.url)];
  }
}

function lookAtAddress({ url }: Target): Finding {
  if (isInTheClear(url)) return { check: "tls", state: "fail", detail: `${url} is not encrypted` };
  return { check: "tls", state: "ok", detail: "this machine itself, without TLS" };
}

/** Checks everything that commonly keeps a call from being answered. */
export async function examine(cx: Cx): Promise<Finding[]> {
  const files = lookAtFiles(cx);
  let target: Target;
  try {
    target = cx.target();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [...files, { check: "profile", state: "fail", detail: error.message, exit: error.exit }];
  }
  const tls = target.url.startsWith("https:") ? await lookAtTls(target) : lookAtAddress(target);
  const portal = await lookAtPortal(target.url);
  if (portal.some(({ check, state, exit }) => check === "portal" && state === "fail" && exit === 7))
    return [...files, tls, ...portal];
  return [...files, tls, ...portal, await lookAtVersions(target.url), ...(await lookAtKey(cx, target))];
}

export const DOCTOR_COMMAND: CommandSpec = {
  path: ["doctor"],
  summary: "Check for common problems: files, TLS, the portal, clocks, versions, the key, signing.",
  options: [{ name: "csv", kind: "flag", help: "Write the findings as CSV." }],
  example: "sealport doctor --profile demo",
  note: "Exit status: 0 if no check fails. Otherwise the status of the first failure: 2 for the configuration, 4 for a refused key, 7 for a portal that does not answer or is not ready, 1 for any other failure.",
  run: async (cx, given) => {
    const findings = await examine(cx);
    const columns = [
      { title: "state", of: ({ state }: Finding) => state },
      { title: "check", of: ({ check }: Finding) => check },
      { title: "detail", of: ({ detail }: Finding) => detail, isWhole: true as const },
    ];
    const shown = findings.map(({ check, state, detail }): Finding => ({ check, state, detail }));
    await cx.out.list(shown, columns, given);
    const worst = findings.find(({ state }) => state === "fail");
    return worst === undefined ? EXIT.done : (worst.exit ?? EXIT.wrong);
  },
};
