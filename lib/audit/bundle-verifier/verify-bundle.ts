// The bundle verifier: checks an exported log bundle without a server, in the command line, the browser and the SDK.
// verification.ts runs one verification. container/ reads the zip, parts/ the entries and their sealed parts, tree/
// leaves, checkpoints and witnesses, claims/ the manifest, receipts/ receipts, and report/ names the faults. It must
// stay pure and safe for the browser, use limited memory for hostile bundles, and report every fault as a finding.
import { FormatError } from "@/lib/crypto/format-error";
import { type ByteSource, bytesSource } from "./container/source";
import type { VerifyOptions } from "./options";
import { conclude } from "./report/conclude";
import { Findings, type Report, type Verdict } from "./report/report";
import { Verification } from "./verification";

/**
 * Verifies a bundle with its bytes alone and, under a policy, the checker's own keys. Pure: no clock, no network, and the
 * report does not depend on its random numbers (id-set.ts). Without a policy it can only say that the bundle agrees with
 * its own keys. Each file is read once, in pieces (again only to name a fault), so memory grows by at most 24 bytes an
 * entry. Every fault in the bundle is a finding. It throws only the source's errors and the signal's reason.
 */
export async function verifyBundle(
  bundle: ByteSource | Uint8Array,
  options: VerifyOptions = {},
): Promise<Report> {
  const findings = new Findings();
  const source = bundle instanceof Uint8Array ? bytesSource(bundle) : bundle;
  const run = new Verification(source, findings, options);
  await keepingFindings(findings, () => run.run());
  const facts = await conclude(run);
  const verdict = findings.isEmpty ? soundVerdict(options) : "wrong";
  const notes = [...facts.notes, ...findings.notes()];
  const newest = verdict === "verified" ? facts.newest : undefined;
  return { verdict, ...facts, newest, findings: findings.list(), notes };
}

function soundVerdict({ policy }: VerifyOptions): Verdict {
  return policy === undefined ? "consistent" : "verified";
}

/** An invalid bundle is a finding, too. */
async function keepingFindings(findings: Findings, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    findings.add({ class: "container", detail: error.message });
  }
}
