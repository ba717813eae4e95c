import "server-only";
import { once } from "node:events";
import { connect } from "node:tls";
import { custodianEnv, portalEnv, signerEnv, witnessEnv } from "@/lib/env";
import { tlsFilesOf } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { callService } from "@/lib/ipc/client";
import { type Part, partIdentity, usePartIdentity } from "@/lib/ipc/part-identity";
import { PART_PATHS } from "@/lib/ipc/part-paths";
import { parseServiceUrl } from "@/lib/ipc/service-url";

const WAIT_MS = 4_000;
/** Addresses that mean every interface of the machine: the own one is asked. */
const OWN: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
type ServedEnv = Parameters<typeof tlsFilesOf>[0] & { readonly SERVE_HOST?: string | undefined };

async function askPortal(): Promise<void> {
  const { HOST, PORT } = portalEnv();
  const host = OWN[HOST] ?? HOST;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${PORT}`;
  const { status } = await callService(url, { method: "GET", path: "/readyz", timeoutMs: WAIT_MS });
  if (status !== 200) throw new OperatorError(`the portal answered ${status}`);
}

/** A part may not call itself over mtls://: a handshake with both certificates shows that it serves. */
async function shakeHands(host: string, port: number): Promise<void> {
  const { files: _files, ...identity } = partIdentity();
  // Its own address on this machine is not one that its certificate names.
  const socket = connect({ host, port, ...identity, checkServerIdentity: () => undefined });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(WAIT_MS) });
  } finally {
    socket.destroy();
  }
}

async function askService(part: Part, url: string, env: ServedEnv): Promise<void> {
  usePartIdentity(part, tlsFilesOf(env));
  const address = parseServiceUrl(url);
  if (address.kind === "tcp") {
    const host = env.SERVE_HOST ?? address.host;
    return shakeHands(OWN[host] ?? host, address.port);
  }
  const { status } = await callService(url, { method: "GET", path: PART_PATHS.health, timeoutMs: WAIT_MS });
  if (status >= 500) throw new OperatorError(`the ${part} answered ${status}`);
}

const ASK: Readonly<Record<Part, () => Promise<void>>> = {
  portal: askPortal,
  signer: () => askService("signer", signerEnv().SIGNER_URL, signerEnv()),
  custodian: () => askService("custodian", custodianEnv().CUSTODIAN_URL, custodianEnv()),
  witness: () => askService("witness", witnessEnv().WITNESS_URL, witnessEnv()),
  worker: () => {
    throw new OperatorError("the worker serves no address; the portal names it under /readyz");
  },
};

/**
 * Asks a part at its own address, with its own variables, whether it serves, and the portal whether it may get traffic.
 * Throws where not. For the health checks of containers, whose images have no shell and no curl.
 */
export async function askOwnHealth(part: Part): Promise<void> {
  await ASK[part]();
}
