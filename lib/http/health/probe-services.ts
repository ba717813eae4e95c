import "server-only";
import { portalEnv } from "@/lib/env";
import { type HealthPart, type PartState, SignerHealth } from "@/lib/http/health/judge-health";
import { callService } from "@/lib/ipc/client";
import { askAlarms } from "@/lib/ipc/part-alarms";
import type { Part } from "@/lib/ipc/part-identity";

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

/** Returns the alarms of the last hour in the logs of signer, custodian and witness, with the part and the moment of each. */
export async function askPartAlarms(now: Date): Promise<{ part: Part; name: string; at: Date }[]> {
  const { SIGNER_URL, CUSTODIAN_URL, WITNESS_URL, WITNESS_VKEY } = portalEnv();
  const urls: readonly (readonly [Part, string | undefined])[] = [
    ["signer", SIGNER_URL],
    ["custodian", CUSTODIAN_URL],
    ["witness", WITNESS_VKEY === undefined ? undefined : WITNESS_URL],
  ];
  const asked = urls.map(async ([part, url]) => {
    const alarms = url === undefined ? [] : await askAlarms(url, PROBE_MS);
    return alarms.map(({ name, ago_ms }) => ({ part, name, at: new Date(now.getTime() - ago_ms) }));
  });
  return (await Promise.all(asked)).flat();
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
