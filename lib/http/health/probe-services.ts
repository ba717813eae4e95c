import "server-only";
import { portalEnv } from "@/lib/env";
import {
  CustodianHealth,
  type HealthPart,
  type PartState,
  SignerHealth,
} from "@/lib/http/health/judge-health";
import { askAlarms } from "@/lib/ipc/part-alarms";
import type { Part } from "@/lib/ipc/part-identity";
import { askPeerIfUp, type PeerHealth } from "@/lib/ipc/peer-proof";

const PROBE_MS = 750;

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

/** The parts that the portal calls, and what signer and custodian report of themselves. */
export interface Probed {
  readonly parts: readonly HealthPart[];
  /** How much the signer has signed, and its reason code while it refuses to sign. */
  readonly signer: SignerHealth;
  readonly custodian: CustodianHealth;
}

const stateOf = (health: PeerHealth | undefined): PartState => (health === undefined ? "down" : "up");

/** Asks the services that the portal calls. One counts as up if it answers and proves its key. */
export async function probeServices(): Promise<Probed> {
  const env = portalEnv();
  const ask = async (url: string | undefined, vkey: string | undefined) =>
    url === undefined || vkey === undefined ? undefined : askPeerIfUp(url, vkey, PROBE_MS);
  const [signer, custodian, witness] = await Promise.all([
    ask(env.SIGNER_URL, env.LOG_VKEY),
    ask(env.CUSTODIAN_URL, env.CUSTODIAN_VKEY),
    ask(env.WITNESS_URL, env.WITNESS_VKEY),
  ]);
  const report = SignerHealth.safeParse(signer);
  return {
    parts: [
      { name: "signer", state: stateOf(signer) },
      { name: "custodian", state: stateOf(custodian) },
      // An instance may run without its own witness; then none can be down.
      ...(env.WITNESS_VKEY === undefined ? [] : [{ name: "witness" as const, state: stateOf(witness) }]),
    ],
    signer: report.success ? report.data : { size: 0 },
    custodian: CustodianHealth.safeParse(custodian).data ?? {},
  };
}
