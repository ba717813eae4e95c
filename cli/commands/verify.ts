import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { shownJson } from "@/lib/audit/bundle-verifier/report/shown-text";
import type { CommandSpec, Cx, Given, OptionSpec } from "../command";

const SIDE: readonly OptionSpec[] = [
  { name: "policy", kind: "text", value: "FILE", help: "Your own keys and rules." },
  {
    name: "keep",
    kind: "text",
    value: "FILE",
    help: "Like --policy. It also stores the newest checkpoint in the file, and later bundles must extend it.",
  },
];

async function check(cx: Cx, given: Given, bundle: string, receipts: readonly string[]): Promise<number> {
  // Loaded when it is wanted: verification is the larger half of this program.
  const { verifyFile } = await import("../verify-file");
  return verifyFile(cx, { bundle, receipts, policy: given.text("policy"), keep: given.text("keep") });
}

export const VERIFY_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["verify", "bundle"],
    summary: "Verify a bundle with only the file and your own keys, without a portal.",
    operands: [{ name: "FILE", help: "The bundle." }],
    options: [
      ...SIDE,
      {
        name: "receipt",
        kind: "texts",
        value: "FILE",
        help: "Check this receipt with the bundle. Repeat the option for more.",
      },
    ],
    example: "sealport verify bundle november.zip --policy policy.json",
    note: "Exit status, as for `npm run verify`: 0 verified under the policy, and every receipt is proven; 3 consistent, but only with the bundle's own keys, or a receipt is undecided; 1 a fault was found; 2 the command was not understood.",
    run: (cx, given) => check(cx, given, given.operand("FILE"), given.texts("receipt")),
  },
  {
    path: ["verify", "receipt"],
    summary: "Verify a receipt's signature and, with a bundle, that the log kept its promise.",
    operands: [{ name: "FILE", help: "The receipt, or the whole API answer with it." }],
    options: [
      {
        name: "bundle",
        kind: "text",
        value: "FILE",
        help: "The bundle that shows whether the promise was kept.",
      },
      ...SIDE,
    ],
    example: "sealport verify receipt answer.json --bundle november.zip --policy policy.json",
    note: "With a bundle, the exit status is that of verify bundle. Without one, only the signature is checked, with the keys of --policy or those of the portal. A valid signature gives 3, because only a bundle shows that the log kept its promise. An invalid one gives 1.",
    run: async (cx, given) => {
      const bundle = given.text("bundle");
      const receipt = given.operand("FILE");
      if (bundle !== undefined) return check(cx, given, bundle, [receipt]);
      const { verifyPromise } = await import("../verify-file");
      return verifyPromise(cx, receipt, given.text("policy") ?? given.text("keep"));
    },
  },
  {
    path: ["verify", "evidence"],
    summary: "Verify an evidence file, PDF or JSON, with only the file and your own keys, without a portal.",
    operands: [{ name: "FILE", help: "The evidence." }],
    options: [{ name: "policy", kind: "text", value: "FILE", help: "Your own keys and rules." }],
    example: "sealport verify evidence EV-2026-0012.pdf --policy policy.json",
    note: "Exit status: 0 unchanged under the policy; 3 the file matches only its own keys, or the log has only promised an entry; 1 changed, and the first difference is named; 2 the command was not understood.",
    run: async (cx, given) => {
      const { verifyEvidenceFile } = await import("../verify-file");
      return verifyEvidenceFile(cx, given.operand("FILE"), given.text("policy"));
    },
  },
  {
    path: ["verify", "keys"],
    summary:
      "Print the portal's public keys as a policy file. Keep it, and compare it with a copy from another source.",
    example: "sealport verify keys > policy.json",
    note: "The keys are only the portal's own statement. Keep the file, and verify later bundles with it.",
    run: async (cx) => {
      const keys = await cx.connect().call(getAuditKeys, { query: {} });
      await cx.out.text(`${shownJson(keys)}\n`);
      return undefined;
    },
  },
];
