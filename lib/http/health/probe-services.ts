import "server-only";
import { portalEnv } from "@/lib/env";
import { type HealthPart, type PartState, SignerHealth } from "@/lib/http/health/judge-health";
import { callService } from "@/lib/ipc/client";

const PROBE_MS = 750;

/** Whether a service gives any answer in time; the answer's content does not matter. */
async function probe(url: string | undefined): Promise<PartState> {
  if (url === undefined) return "down";
  try {
    await callService(url, { method: "GET", path: "/healthz", timeoutMs: PROBE_MS, maxBytes: 65_536 });
    return "up";
  } catch {
    return "down";
  }
}

/** How much the signer has signed, and its reason code while it refuses to sign. */
export async function askSignerHealth(url: string | undefined): Promise<SignerHealth> {
  const nothing = { size: 0 };
  if (url === undefined) return nothing;
  try {
    const call = { method: "GET", path: "/healthz", timeoutMs: PROBE_MS, maxBytes: 65_536 };
    const { body } = await callService(url, call);
    return SignerHealth.parse(JSON.parse(body.toString("utf8")));
  } catch {
    // Its own part reports whether it answers.
    return nothing;
  }
}

/** Returns whether the services that the portal calls answer. */
export async function probeServices(): Promise<HealthPart[]> {
  const env = portalEnv();
  const [signer, custodian, witness] = await Promise.all([
    probe(env.SIGNER_URL),
    probe(env.CUSTODIAN_URL),
    probe(env.WITNESS_URL),
  ]);
  return [
    { name: "signer", state: signer },
    { name: "custodian", state: custodian },
    // An instance may run without its own witness; then none can be down.
    ...(env.WITNESS_VKEY === undefined ? [] : [{ name: "witness" as const, state: witness }]),
  ];
}
